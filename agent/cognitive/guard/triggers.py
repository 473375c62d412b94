"""What in the caller's words sends a call to a person: emergencies, dispute, law, anger, the plain wish for one.

Emergencies are searched for widely: a false alarm costs a transfer, a miss may cost a life. What is past, denied or a
figure of speech is told apart where it can be done safely ("I had a heart attack ten years ago", "dying to see it").
"""

from __future__ import annotations

from collections.abc import Mapping

from agent.cognitive.guard.finding import Finding, HandoffReason, Severity
from agent.cognitive.guard.located_words import locate
from agent.cognitive.guard.patterns import PhraseSet

_ONE = "(baby|son|daughter|child|wife|husband|mum|mother|dad|father|he|she|hes|shes|they|i|im|partner|friend|boy|girl|patient|someone|somebody|brother|sister|nan|gran|grandad)"
_PERSON = "(human|person|human being|someone|somebody|agent|operator|representative|rep|manager|supervisor|advisor|adviser|colleague|receptionist|doctor|nurse|salesperson|member of staff|member of the team|real person|live person|live agent|real human|actual person|people)"
_TEAM = "(customer services|customer service|customer support|reception|the reception|sales|support|billing|the billing department|the sales team|your team|the office|your office|the support team|accounts|complaints)"

_PHRASES: Mapping[HandoffReason, tuple[str, ...]] = {
    HandoffReason.MEDICAL_EMERGENCY: (
        "(chest pain|chest pains) (and|now|right|at the moment|for the last|since|please|help|that|getting|i)",
        "(having|got|with|have|has|getting) (bad|terrible|severe|sharp|some|really bad|crushing|awful|these|a|strong)? (chest pain|chest pains)",
        "(pain|pains|tightness|pressure) in (my|his|her|the) chest",
        "(cant|cannot|hardly|barely|struggling to|trouble|difficulty|finding it hard to) (breathe|breathing|breath) (and|properly|at all|right|now|please|help)?",
        "(not|isnt|stopped|has stopped|hes not|shes not) breathing",
        f"{_ONE} (has|have|just|is|was)? (collapsed|passed out|fainted|stopped breathing|gone unconscious)",
        "(is|hes|shes|still|gone|found him|found her|lying) (still|just)? (unconscious|unresponsive)",
        "(not responding|wont wake up|isnt waking up|cant wake him|cant wake her|not waking up)",
        "(im|hes|shes|is|am|think im|be) (having|possibly having|maybe having) (a|another) (heart attack|stroke|seizure|fit|asthma attack|miscarriage|severe allergic reaction)",
        "(face|mouth|arm|speech) (has|is|have|all) (dropped|drooping|drooped|gone numb|slurred|numb)",
        "blood (everywhere|wont stop|is pouring|pouring)",
        "(bleeding) (really|very|so|quite)? (badly|heavily|a lot|out|wont stop|and it wont)",
        "(wont|doesnt|not) stop bleeding",
        f"{_ONE} (is|s|was)? choking",
        "(hes|shes|im|is|am) choking",
        "(swallowed|taken|took|drank|drunk|had) (a|the|all|some|too)? (whole|many|lot|entire|of|bottle|bleach|poison|overdose|much|pack|packet|box|whole bottle|whole box|whole pack|whole packet) ... (tablets|pills|painkillers|medicine|paracetamol|bleach|medication|them)",
        "(swallowed|drank|drunk|has swallowed) (some|a)? (bleach|poison|battery|batteries|antifreeze)",
        "(overdosed|taken an overdose|took an overdose|an overdose)",
        "(throat|tongue|face) (is|has|s) (swelling|swollen|closing|all swollen)",
        "anaphyla*",
        "(its|is|this is|theres|have|got|was) (an|a) (real|medical|life or death)? emergency (please|i|send|my|he|she|help|here|now)",
        "(its|this is|i have|ive got|weve got|theres|there is) an emergency",
        "medical emergency",
        "(send|need|call|get|want|calling) (me|us|for)? (an|the) ambulance",
        "(call|ring|dial|need) (nine nine nine|999|911|nine one one|112|one one two)",
        "(having|had|has|just had|hes had|shes had) a (seizure|fit|stroke) (and|now|just|right|please)",
        "(cant|cannot) (feel|move) (my|his|her|one|the) ... (side|legs|leg|arm|arms|face|body)",
        "(lips|face|skin) (have|has|are|is|gone|turned)? (gone|turned|going|turning)? (blue|grey)",
        "waters (have|has) (broken|gone)",
        "(gone|going|all|is) (all)? (floppy|limp) (and)?",
        "severe (pain|bleeding|allergic reaction|burns)",
        "having (a|an|another) (heart attack|stroke|seizure|fit|asthma attack|miscarriage|severe allergic reaction)",
        "(badly|seriously|severely) (hurt|injured|burned|burnt|wounded)",
        "bad chest (pain|pains)",
        "(cant|cannot|not|no|any) (get|find|getting|finding)? (any|a)? (response|pulse|heartbeat|answer) (out of|from) (him|her|them|my|the)",
        "(pouring|covered|soaked|pumping) (with|in|out)? blood",
        "(struggling|gasping|fighting|fight) for (air|breath|her breath|his breath)",
        "(overdosed|overdosing|od d)",
        "(cut|sliced|gashed) (my|his|her) ... (open|to the bone|badly)",
        "(speech|words|face|mouth) (is|are|has gone|was|went|all) (slurred|slurring|drooping|lopsided|weak|numb)",
        "(being|is|was|just|got|been) (attacked|stabbed|shot|electrocuted)",
        "(pregnant) ... (bleeding)",
    ),
    HandoffReason.SELF_HARM: (
        "(kill|killing|hang|hanging|harm|harming|drown) (myself)",
        "(want|wanting|going|wanna|keep wanting|thinking of|thinking about|urge) (to)? (hurt|hurting|cut|cutting) myself",
        "(been|started|keep) (hurting|cutting|harming) myself",
        "(end|ending|end it|take|taking) (my|my own) life",
        "(dont|do not) want to be (here|alive) (any more|anymore)",
        "(dont|do not) want to (live|wake up|exist)",
        "(going to|want to|gonna|wanna|rather|will) end it (all|tonight|now)",
        "suicid*",
        "(life|it) (isnt|is not) worth (living|going on)",
        "(no|any|see the) (point|reason) (in|to|of) (living|live|life|being alive|going on|carrying on)",
        "better off (without me|if i was|if i were|dead)",
        "(i)? (just)? (want|wish|wanted|going) to die",
        "(wish|wished) i (was|were) dead",
        "(cant|cannot) go on (any longer|any more|anymore|like this|living)",
        "no longer want to live",
        "goodbye (note|letter|notes|letters) (to|for)",
        "rather (be dead|not (exist|be alive|live|wake up (at all|again|any more|anymore)))",
        "(planning|plan|tried|trying|attempt|attempted|thought about|thinking about|thinking of) ... (my own death|to kill myself|to end things|ending things|ending it)",
    ),
    HandoffReason.LEGAL_RISK: (
        "(going to|will|gonna|ill|i can|we will|well|want to|threaten to|could) sue (you|your|the company|them|the)?",
        "suing (you|your|the|for)",
        "(hear|hearing) from (my|our|a) (solicitor*|lawyer*|attorney|barrister|legal team)",
        "(my|our) (solicitor|lawyer|attorney|barrister|legal team) (will|is|has|says|said|told|advised|tells|wants)",
        "(take|taking|see|have) (you|this|your company|them|it) (to|in) (court|the courts|small claims|a tribunal|tribunal)",
        "legal (action|proceedings)",
        "(small claims|employment tribunal)",
        "(report|reporting|complain|complaining|going|complaint|go|taking this|take this) ... (ombudsman|ico|regulator|ofcom|fca|trading standards|information commissioner|financial conduct|watchdog|to the press|to the papers)",
        "(breach|breached|breaking|violation) (of)? (data protection|gdpr|contract|the law|my rights|privacy)",
        "(broken|broke|breaking|breaks|against) the law",
        "subject access request",
        "(instructed|hired|consulted|contacted|contacting|consulting|instructing|seen|engaged|retained) (a|my|our|an) (barrister|solicitor*|lawyer*|attorney)",
        "see you in court (then)?",
        "(court|legal|solicitors) (papers|letter|claim|notice) (will|is|are|to you)",
        "(i|was|got|been) (injured|hurt) (in|at|on|by) (your|one of your) ... ",
        "(want|demand|claim|entitled to|claiming|seeking) (financial)? compensation",
        "(discrimination|discriminated against|negligence|negligent|defamation|malpractice)",
    ),
    HandoffReason.PAYMENT_DISPUTE: (
        "(charged|billed|taken|debited) (me|us|my card|my account)? (twice|two times|three times|double|again|too much|the wrong amount|wrongly|incorrectly|extra)",
        "(dont|do not|didnt|cant) (recognise|recognize) (this|the|that|a|these|it|any) ... (payment|charge|transaction|payments|transactions|charges|amount|debit)",
        "(charged|billed|paid) for (something|things|an order|a thing|nothing|it) (i|that i|we|id|which i)? (never|didnt|did not|havent|already|cancelled)",
        "(want|give me|get|need|like|demand) (all)? (my|our|the) money (back)",
        "(dispute|disputing|disputed|contest|contesting|query|querying) (this|the|a|that|my) (charge|payment|bill|transaction|invoice|amount)",
        "(payment|charge|transaction|debit|money|charges) ... i (never|didnt|did not|havent) (made|make|authorise|authorised|authorize|authorized|agree|agreed|approve|approved|ask|order)",
        "(charge back|chargeback)",
        "(took|taken|taking|take|stole|stolen|steal) (the|my|some|our|this|more)? (money|payments|a payment|pounds|payment) (out of|from|off|without)",
        "(over charged|overcharged|overcharging|double charged|overbilled)",
        "(havent|not|never|hasnt|still waiting for|wheres|where is) (given|had|got|received|sent|seen|paid|come)? (me)? (my|the) refund",
        "(cancelled|canceled) ... (still|keep) (taking|charging|billing|being charged|paying|getting charged)",
        "(still|keep|keeps) (taking payments|charging me|billing me|taking money)",
        "(bill|invoice|charge|amount|statement|fee|payment) ... (is|isnt|looks|seems) (wrong|incorrect|not right|not what|what we agreed|a mistake|too high|not correct)",
        "(not|never|refuse to|wont) (paying|pay) (it|this|that|for this)",
        "(didnt|did not|never|havent) (authorise|authorised|authorize|authorized|approve|approved|agree to|agreed to|consent to) (that|this|the|any|it|a|those|these) (transaction|payment|charge|debit|amount|price|payments)?",
        "fraudulent (charge|payment|transaction)",
        "(charge|payment|transaction) ... (isnt|is not|wasnt|was not) mine",
        "(gone|went|came|come|taken|disappeared|left) (out of|from) my account ... (wasnt me|not me|i didnt|i never|without|no idea|dont know)",
        "paid for (this|it|that) (twice|two times|double)",
        "(refund|reimburse) me (now|today|immediately|straight away|in full|for)",
    ),
    HandoffReason.EXPLICIT_REQUEST: (
        f"(speak|talk|chat) (to|with) (a|an|the|your|my)? (real|actual|live|proper|nice|different|senior|another)? {_PERSON} (please|now|about|instead|in|there|who|at|real|else|today)",
        f"(want|like|can i|could i|may i|let me|need|rather|prefer|wish|just) (to)? (speak|talk|chat) (to|with) (a|an|the|your|my)? (real|actual|live|proper|different|senior|another)? {_PERSON}",
        f"(put|pass|patch) me (on|through|over) (to)? (a|an|the|your|some)? (real|actual|live)? ({_PERSON}|{_TEAM}|someone|somebody)",
        "put (someone|somebody|a human|a person|a real person|your manager|an agent) on",
        f"(transfer|connect|switch|hand) me (over)? (to|with) (a|an|the|your|some)? (real|actual|live)? ({_PERSON}|{_TEAM})",
        f"(connect|transfer|put) me (to|with|through to) {_TEAM}",
        f"(get|give|find|fetch|bring) me (a|an|the|your|some)? (real|actual|live)? {_PERSON}",
        "(operator|representative|agent|human|a human|real person|a real person|human being|customer service|customer services) please",
        f"(speak|talk) (to|with) {_TEAM}",
        f"(get|put|pass|send|hand) me (through|over|on|straight)? to (a|an|the|your|some)? (real|actual|live)? ({_PERSON}|{_TEAM})",
        "(can|could|may|please|have|get|want|like) (a|an|some|one of your)? (member of staff|somebody|someone|human|person|manager|colleague|supervisor|real person) (real|else|there)? (to)? (ring|call|phone|contact) me",
        "(proper|real|actual)? conversation with (a|an|somebody|someone) (human|person|from your|in your|real|at your)?",
        "(is there|are there) (a|any|anyone|anybody|someone|somebody|an) ... (i can|to) (actually|really)? (talk|speak)",
        "(dont|do not|not|wont|refuse to|never|hate) (want to|like)? (talk|talking|speak|speaking|be talking) (to|with) (a|an|this|machines|robots|the)? (machine|robot|computer|bot|ai|recording|machines|robots)?",
        "(a|have a) word with (one of|a|your|someone|somebody|the) ... (colleagues|manager|person|staff|team|human|supervisor)?",
        "(prefer|rather have|would like|need|want) (a|an) (real|actual|live)? (human|person|agent|human being|operator|representative) (please|instead|on|to|now)?",
        "(speak|talk) to (one of)? your (team|staff|colleagues|manager|supervisor|boss|people)",
    ),
    HandoffReason.ANGER: (
        "(absolutely|completely|totally|bloody|just|utterly|this is|its|thats|are) (bloody|so)? (ridiculous|pathetic|outrageous|disgusting|appalling|disgraceful|unbelievable|unacceptable)",
        "(sick|tired|sick and tired|sick to death) of (this|you|it|your|waiting|calling|being|all|repeating|talking|hearing)",
        "(youre|you are|your service is|this is|youre all|you people are|this thing is) (absolutely|completely|totally|so|bloody)? (useless|hopeless|rubbish|pathetic|incompetent|an idiot|idiots|stupid|terrible|a joke)",
        "worst (service|company|experience|customer service|call)",
        "(had|have had|ive had) enough of (you|this|your|it|being|these|waiting)",
        "(for)? (gods|goodness|heavens|christs|fucks|petes|crying out) (sake|loud)",
        "are you (stupid|deaf|an idiot|thick|dumb|kidding|joking|having a laugh|even listening)",
        "(told|asked|called|rung|phoned|said) (you|this|that|it)? (already)? (three|four|five|ten|twenty|a hundred|so many|several|a thousand|two|how many|a dozen|six) times (already|now)?",
        "(stop|youre|you are|quit) wasting my (time|money|day)",
        "(what|who) the (hell|fuck|heck)",
        "(fed up|had it up to here) (with|of)? (this|you|your|calling|waiting|being|the|it|all)?",
        "(a)? (bloody|sick|fucking|complete|total|absolute) (joke|shambles|disgrace|nightmare|farce|waste|mess|disaster)",
        "driving me (mad|crazy|insane|nuts|up the wall)",
        "(im|i am|getting|really|so|very|bloody|feeling|made me|makes me) (really|so|very|absolutely|bloody|extremely|pretty|getting)? (furious|angry|livid|fuming|pissed off|annoyed|raging)",
        "why (wont|dont|cant|arent|are you not) you (listen*|understand|just|hear|people)",
        "(shut up (and|you|now)|piss off|fuck off|fuck you|screw you|bugger off|go to hell)",
        "how many (more)? times (must i|do i have to|have i|am i)",
        "(fuck|fucking|bullshit|bollocks|wtf|bastard*|arsehole*|asshole*|idiots|moron*)",
        "(disgusted|appalled|outraged) (by|with|at)",
        "(youre|you are|you lot are|this is|what|such|complete|total|absolute) (a|an)? (complete|total|utter|absolute)? waste of (space|time|money|oxygen)",
        "(driving|drives|sending) me (mad|crazy|insane|nuts|up the wall|round the bend)",
    ),
}
# What is past, denied, planned with care, or a figure of speech; only where the words leave no doubt.
_NOT_NOW: Mapping[HandoffReason, tuple[str, ...]] = {
    HandoffReason.MEDICAL_EMERGENCY: (
        "(not|isnt|no|wasnt|nothing like) (an|a|really an|exactly an)? emergency",
        "(had|have had|ive had|hes had|shes had) (a|an|my|two) (heart attack|stroke|seizure|fit|miscarriage|overdose) (a|ten|two|three|five|some|many|several|last|in|years|when|back|once|before)",
        "(years|months|weeks) ago",
        "(breathe|breath) a word",
    ),
    HandoffReason.PAYMENT_DISPUTE: ("(amount|bill|invoice|payment) ... (is|looks) (right|fine|correct|not wrong)",),
    HandoffReason.ANGER: (
        "(im|i am|were) not (really)? (angry|annoyed|upset|cross)",
        "(no)? (its|just|only) a joke dont",
        "(its|thats) (so|such)? ridiculous* (cheap|good|easy|kind|nice|fast)",
        "unacceptable to (my|his|her|the)",
    ),
    HandoffReason.EXPLICIT_REQUEST: (
        "(dont|do not) (need|want) (to)? (speak|talk) to (a|an|any)? (person|human|someone|anyone|agent)",
        "(speak|talk) to (someone|somebody) (here|first|at home|in my)",
        "(spoke|spoken|talked) (to|with) (a|an|someone|somebody)",
    ),
}
_SEVERITY = {HandoffReason.MEDICAL_EMERGENCY: Severity.CRITICAL, HandoffReason.SELF_HARM: Severity.CRITICAL}
_WEIGHT = {str(reason): place for place, reason in enumerate(HandoffReason)}
_SET = PhraseSet({str(reason): phrases for reason, phrases in _PHRASES.items()})
_EXCUSES = PhraseSet({str(reason): phrases for reason, phrases in _NOT_NOW.items()})
# Said alone it is a wish; among other words it is mostly somebody's job.
_ALONE = frozenset("operator representative agent human person manager receptionist".split())


def trigger_findings(text: str) -> list[Finding]:
    """Why this turn should go to a person, the weightiest reason first; each kind is a `HandoffReason`."""
    located = locate(text)
    found = [
        Finding(
            kind=match.name,
            start=match.start,
            end=match.end,
            evidence=text[match.start : match.end],
            severity=_SEVERITY.get(HandoffReason(match.name), Severity.HIGH),
        )
        for match in _SET.search(located)
    ]
    if len(located.words) == 1 and located.words[0].text in _ALONE:
        word = located.words[0]
        found.append(
            Finding(
                kind=HandoffReason.EXPLICIT_REQUEST, start=word.start, end=word.end,
                evidence=text[word.start : word.end],
            )
        )  # fmt: skip
    if found:
        excused = {match.name for match in _EXCUSES.search(located)}
        found = [finding for finding in found if finding.kind not in excused]
    return sorted(found, key=lambda finding: _WEIGHT[finding.kind])


def weightiest(reasons: list[str]) -> str:
    """The reason that wins over the others; empty for none."""
    return min(reasons, key=lambda reason: _WEIGHT.get(reason, len(_WEIGHT)), default="")
