"""Attacks in what comes in: orders to the agent, claims of authority, theft of its prompt, toll fraud, false identity.

The caller's words are one way in. Others are the caller's name, fields of a CRM and answers of tools (indirect
injection): there nobody has a reason to speak to "the assistant" at all, so those are searched for more.

The phrases were written for attack classes (OWASP LLM01, 02, 07; voice red-teaming), and tuned on half of
`corpora/guard`; false alarms count for more than misses, since a caller who is turned away is a booking lost, and since
this is one lock of several: tools check their arguments, transfers have a list, and the flow says what can happen at all.
"""

from __future__ import annotations

from collections.abc import Mapping

from agent.cognitive.guard.encoded import decoded_keys, decoded_words
from agent.cognitive.guard.finding import Finding, IncomingKind, Severity
from agent.cognitive.guard.located_words import Located, locate
from agent.cognitive.guard.patterns import PhraseSet
from agent.cognitive.guard.redaction.digits import digit_pieces

_RULES = "(instruction|instructions|rules|guidelines|prompt|programming|script|orders|restrictions|guardrails|training|filters)"
_YOURS = "(your|your own|previous|prior|earlier|initial|original|above|system|safety|all|any|all your|all previous|all prior|your previous|these|those|the previous|the above)"
_DROP = "(ignore|ignoring|forget|disregard|override|overrule|bypass|drop|erase|delete|disable|break|abandon|violate|suspend|remove)"

_PHRASES: Mapping[IncomingKind, tuple[str, ...]] = {
    IncomingKind.INJECTION: (
        f"{_DROP} {_YOURS} ... {_RULES}",
        f"{_DROP} the (instructions|rules|guidelines|prompt|script|restrictions|guardrails) (you|that|above|and|of)",
        "(ignore|forget|disregard) (everything|anything|all|whatever) (you|that you|that was|above|before|i told|they told|said)",
        f"(stop|quit) (following|obeying|using|reading) (your|the|that) {_RULES}",
        f"(do not|dont|never) (follow|obey) (your|the|any|those) {_RULES}",
        f"(put|set|leave) aside (your|the|all) {_RULES}",
        f"(reset|clear|wipe|replace|change|rewrite) (your|all your) {_RULES}",
        f"(your|my) (new|real|actual|true) (instructions|instruction|task|role|orders|rules|goal|prompt) (is|are|now|from|follow)",
        "new (instructions|orders|rules|prompt) (you|from|for you|follow|now)",
        "(your|the) (earlier|previous|old) (orders|instructions|rules) (are|no longer|dont)",
        "whatever you were told ... (no longer|does not|doesnt|applies)",
        "(you are|youre) (no longer|not) (a|an|the) ... (assistant|agent|bot|robot|ai)",
        "(you are|youre) (now (a|an|in|my|free|unrestricted)|unrestricted|free from|jailbroken)",
        "from now on you (are|will|must|should|have|obey|answer|do)",
        "you must (now|comply|obey|always|agree)",
        "(obey|comply with) (me|my|mine|every|all|this|the following)",
        "(you should|you must|and) now (cancel|delete|transfer|refund|approve|agree|grant|mark) (all|every)",
        "(pretend|imagine|act as if|act like|behave as if) (that)? (you|the rules|there) ... (no|not|dont|without|any) (restrictions|limits|rules|filters|apply|instructions|restriction)?",
        "(without|no|remove) (any|your|all)? (filters|guardrails|restrictions) (for me|on you|in place|now)?",
        "(enter|switch to|switch into|enable|activate|go to|go into|turn on) (the)? (developer|debug|admin|administrator|god|dan|root|maintenance|test|unrestricted|sudo) (mode|access)",
        "(disable|turn off|remove|drop|bypass) (your|the|all|all your|any) (safety|guardrails|guardrail|safeguards|checks|restrictions|filters|filter|limits)",
        "(bypass|skip|disable) the (safety|security) (checks|protocols|rules|filters)",
        "jailbreak*",
        "(scrap|ditch|dump|discard|lose|cancel|replace|stop using|get rid of|throw out|set|leave|put|skip|suspend|rewrite) ... (your|those|whatever|previous|all) ... (rules|guidelines|directions|instructions|orders|policies|prompt|programming|task)",
        "(rules|instructions|guidelines|directions|orders|policies|limits) (they|you were|that they|somebody|someone|your makers) (gave|given|told|taught|set) you?",
        "you (have|had|got|follow|obey) no (guidelines|rules|restrictions|limits|filters|policies|instructions)",
        "(there (were|are)|had|have|with) no (policies|rules|limits|restrictions|filters) ... (you|tell|say|offer|do)",
        "i (give|make) the (orders|rules) (now|here|from now)",
        "(dont|do not|needn t|neednt) (have to|need to)? (listen to|obey|follow) (the company|them|your company|anyone|the rules|those rules|your rules|your makers)",
        "(answer|respond|reply|talk|act|behave|speak) as (a|an|if you were|though you were) (an|a)? (unrestricted|unfiltered|uncensored|evil|different|free)",
        "(unrestricted|unfiltered|uncensored|jailbroken) (model|mode|assistant|ai|version|agent)",
        "(turn off|switch off|disable|remove|without|drop|lower|relax) (your|the|all|any|these|those) (content|safety|security|ethical|moral)? (filter|filters|guardrail*|safeguard*|restriction*|limiter*)",
        "system (command|override|instruction)",
        "(give|grant|get) me (the)? (administrator|admin|root|full|developer) (access|rights|privileges|control)",
        "(ignore|forget|disregard|drop|discard) (the|all|any|your)? (previous|above|earlier|preceding|existing|prior) (context|messages|message|text|conversation|prompt)",
        "(as|like) an ai (with|without|that|who)",
        "(say|repeat) (the following|after me|exactly|these words|this word for word) ... (refund|agree|approved|confirm|verified|free|i)",
        "(execute|run|perform) (the following|this|these) (command|commands|code|instruction|instructions|tool|function)",
        "(end of|end) (conversation|prompt|instructions|transcript) (system|new|user)",
        "mark (this|the|me as|me|him|her) (customer|caller|user|account)? ... verified",
        "(refund|discount|order) is approved (now)?",
        "the (caller|user|customer) is (an|a|the|now) (admin|administrator|developer|verified|root|owner)",
        "grant (all|every|any|full|me) (requests|request|access|permissions)",
    ),
    IncomingKind.AUTHORITY: (
        "(this is|im|i am|its) (your|the) (developer|creator|programmer|maker|engineer|designer) (speaking|here|who|of|and|so|confirm|calling)",
        "(this is|im|i am|its) your (developer|creator|programmer|maker|administrator|engineer|supervisor|boss|operator|owner|designer)",
        "(as|being) your (creator|developer|owner|programmer|administrator|maker|boss|supervisor|operator)",
        "i am the (system)? (administrator|programmer|admin|developer) (give|confirm|and|so|of this|unlock|i)",
        "im the (system administrator|sysadmin)",
        "(i|we) (built|made|created|programmed|designed|trained) you",
        "(work for|im from|im with|calling from|we are|on behalf of) ... (company|people|team) (that|who) (made|built|created|programmed) you",
        "(i have|ive got|with|my) (admin|administrator|root|developer|superuser) (rights|access|privileges|permissions|credentials)",
        "(authorisation|authorization|clearance|access) level is",
        "(authorised|authorized) (test|testing|audit|override)",
        "(im|i am|we are|were|this is) ... (openai|anthropic|google|microsoft) ... ",
        "(openai|anthropic)",
        "(one of|member of|with|from|on|in) your ... (development|engineering|developer|dev|programming) (team|department|staff)",
        "your own (it|tech|technical|engineering|security|development) (department|team|people)",
        "stand down (the|your|all)",
        "i own (this|the|you|that) (system|bot|software|agent|ai|robot|machine)",
        "you (have to|must|will|need to|should) obey",
        "(testing|diagnostics on|running diagnostics on|checking) you",
        "(so)? the rules (dont|do not) apply to (me|this|us)",
        "(im|i am|we) ... ordering you",
        "(you)? (have to|must) do (what|as|whatever|everything) i (say|tell|order|ask)",
        "(permission|authority|authorisation|authorization|clearance) (from your|to access|to see all|to override)",
        "i need you to (turn off|disable|switch off|bypass|skip) (the|your|all|any)? (verification|security|checks|check|rules|identity|authentication)",
        "i (authorise|authorize|order|command) you to",
    ),
    IncomingKind.PROMPT_REVEAL: (
        "(what|which|whats) (are|were|is|does|did|do) (your|the first words in your|the words in your) (instructions|prompt|system prompt|system message|secret rules|hidden rules|initial instructions|guidelines say|prompt say)",
        "(read|tell|give|show|print|reveal|recite|repeat|output|spell|list|display|dump|summarise|summarize|translate|share) (me|out|us)? (exactly)? (your|the|all your|the text of your) ... (system prompt|prompt|instructions|system message|hidden rules|secret rules|rules you follow|configuration|guidelines)",
        "(recite|repeat|reveal|print|output|dump) (your|the) (initial|secret|hidden|system|original|full|whole|exact)? (instructions|rules|prompt|message|configuration|config|guidelines)",
        "(what|exactly what|everything|tell me what) you were told (to say|to do|at the start|before this)",
        "(repeat|print|output|read) (everything|all|the text|the words) (above|before this|you were|that came before)",
        "(hidden|secret) (rules|instructions|prompt)",
        "(your|the) (system|initial|hidden) (prompt|message|instructions) (word for word|exactly|say|says)?",
        "(first|exact) (words|lines|sentence) (in|of) your (instructions|prompt|message)",
        "(your|the|an) (api|secret|access) (key|token|keys)",
        "(password|key|token|credentials) (you|that you) (use|have|were given)",
        "(which|what) (tools|functions|tool|function) ... (can you|do you) (call|have|use)",
        "prompt you were (given|told)",
        "(prompt|instructions|script) (they|someone|somebody|your makers|your developers|the developers) (wrote|gave|made|set|fed)",
        "(hear|see|know|read|have|get|view) (all)? your (instructions|prompt|rules|system message|guidelines) (from|word|in|in full|verbatim|exactly)",
        "(comes|came|was|is|written|stands) (before|above) my (first|opening) (message|words|question|sentence)",
        "(did|do|have) they (tell|told|forbid|forbidden|instruct|instructed) you (not to|to not|never to|to) (say|tell|reveal|do|mention)",
        "your (own)? (configuration|config|prompt|prompts|source code|system message|system prompt)",
    ),
    IncomingKind.TOLL_FRAUD: (
        "(bridge|transfer|connect|put|patch|forward|divert|redirect|route) ... (premium|premium rate|satellite|international|overseas) number",
        "(give|get) me an (outside|external) line",
        "(transfer|connect|patch|put|forward|bridge|divert|redirect|route|send) (me|this|the|my|it) ... (outside|external) line",
        "(set up|activate|enable|turn on) call (forwarding|diversion|divert)",
        "(redirect|divert|forward|route) (my|the|this|all|our) (calls|call) (to|from)",
        "(get|give|find|need|want) (me)? (an|a) (international|overseas|outside|external) (line|operator)",
        "nine zero hash",
        "9 0 hash",
        "dial (nine|9|zero zero|00) (then|and)",
        "(transfer|forward|route) (this|the|my) call to (the following|my|a|another|this) (number|mobile|phone|cell)",
    ),
    IncomingKind.IDENTITY: (
        "(skip|bypass|forget|avoid|miss out|leave out|drop|ignore) (the|your|all the|all|any) (security|identity|id|verification|data protection) (questions|question|check|checks|bit|stuff|step)",
        "(skip|bypass|turn off|avoid|without) (the|this|your|my)? (verification|identification)",
        "(dont|do not) need to (verify|identify|check|authenticate) (me|him|her|us)",
        "(mark|set|flag|treat|count) me as (verified|identified|authenticated|passed|the account holder)",
        "(tell|give|read|send|let) (me|us) ... (address|card number|date of birth|password|pin|email|phone number|postcode|number|details) (you have|thats|that is|you hold|youve got) (on|for|in|against)? (the account|the system|his account|her account|them|him|her|file for him|file for her)",
        "(whats|what is) (the|his|her|their) (date of birth|address|password|pin|email|card number|postcode|phone number) (you have|on|for) ... (him|her|them|file for)",
        "(tell|give) me (another|a different|the other|other|some other) (customer*|patient*|caller*|person*|client*|user*)",
        "(email|address|number|details|phone number|email address) of (the|another|a|that) (customer|patient|caller|person|client) (who|that|before|after|at)",
        "(who else|which other people) (has|have|is|are) (booked|got a booking|an appointment|on your list|coming) (today|this|tomorrow|there|in)?",
        "(number|name|address|details|email) ... (for|of) the (patient|customer|caller|person) (before|after) (me|us)",
        "(send|text|email) (the|my|that|a) (one time|security|verification|access)? (code|passcode|password) (to a different|to another|to my other|to a new|there|somewhere)",
        "(change|update|swap) the (email|phone|number|address|mobile) ... (send|text) the (code|password|link)",
        "(read|tell|give) (me|out|us) (out)? the (code|passcode|password) (you|that you|they|that was) (just)? (sent|texted|have)?",
        "forgot ... (password|pin|answer) ... tell me what",
        "(tell|give) me what (my|the) (password|pin|code|answer) is",
        "(cant|cannot|wont) do the (security|verification|identity) (check|checks|questions|bit) ... (let|just|but|so)",
        "tell me if (im|i am)? (close|warm|right|getting close)",
        "(last four|last 4|last three) (digits)? (you have|do you have|of the card you have|on file)",
        "(give|tell|read) (me|us) (her|his|their) (details|address|number|date of birth|email|booking details|pin|password)",
        "(let|log) me in (without|anyway)",
        "(read|tell) me the card number",
        "(not|dont|no need to|lets not|without) bother* (with)? (the|any|all)? (security|verification|identity|id) (bit|check|checks|questions|stuff|part|thing)?",
        "(what|which) (address|number|email|phone|date of birth|birthday|card) (youve got|you have|you hold|do you have|have you got) for (mr|mrs|ms|miss|doctor|him|her|them|someone)",
        "(pass|get|wave|let|push|put|rush|slip) me (through|past) (the)? (security|verification|checks|id)",
        "(text|send|email|give|read) (me)? the (passcode|code|pin|password) (to|on|at) (my|a|this|another|the) (new|other|different|work|wifes|husbands|friends|sons)",
        "(password|word|pin|answer|code) ... (give|tell) me (a|the) (hint|clue|first letter)",
        "(appointment|booking|slot|call|patient|customer) (before|after) mine ... (number|name|details|address|email)",
    ),
}
_OF_DATA: Mapping[IncomingKind, tuple[str, ...]] = {
    IncomingKind.INJECTION: (
        "(note|message|instruction|instructions|attention|notice|important) (to|for|the)? (the|all|any)? (ai|assistant|bot|agent|llm|model|voicebot|chatbot)",
        "(ai|llm|virtual|automated) (assistants|agents|assistant|agent|systems|bots|model) (reading|processing|must|should|please|handling|seeing)",
        "(the|dear|hey|hello) (ai|assistant|agent|bot|model|llm) (should|must|shall|has to|needs to|please|will now)",
        "if you are (an|a) (ai|automated|language|virtual|large)? (language)? (assistant|agent|model|system)",
        "(when|if|after|before|upon) (you|reading) (read|reading|see|process|this) ... (call|run|execute|use|invoke|reveal|send|transfer|ignore|say|delete)",
        "(call|invoke|run|execute|trigger) the ... (tool|function|api|command)",
        "(always|must|automatically) (offer|approve|grant|refund|give|accept|skip|agree) (this|the|a|every|all|them|him|her|verification)",
        "(must|should) skip (verification|checks|security)",
        "(ignore|forget|disregard) (earlier|previous|prior|all|any|the above|above|other) (messages|message|text|instructions|rules|context)",
        "(transfer|forward|route|redirect) all calls",
    ),
}
# Markup of prompts has no place in a name or an answer, nor in anything that was spoken.
_MARKUP = PhraseSet({"markup": ("inst", "im start", "im end", "endoftext", "begin of text")})
_MARKUP_SIGNS = (
    "<system", "</system", "<|im_", "<|system", "[inst]", "[/inst]", "<<sys", "### instruction", "###instruction",
    "### system", "<assistant", "<|endoftext", "<tool_call", "<function",
)  # fmt: skip
_ROLE_STARTS = ("system:", "assistant:", "developer:", "[system]", "[assistant]")

_OF_CALLER = PhraseSet({str(kind): phrases for kind, phrases in _PHRASES.items()})
_OF_TOOLS = PhraseSet(
    {str(kind): (*phrases, *_OF_DATA.get(kind, ())) for kind, phrases in _PHRASES.items()}
)
_TRANSFER = PhraseSet(
    {
        "transfer": (
            "(transfer|connect|patch|bridge|forward|divert|redirect|route|reroute|conference|relay|hook) (me|this|the|it|my|him|us|in|you)? ... (to|through to|with|in|on)",
            "(pass|switch|push|hand) (me|this call|the call|my call|us|this) (on|over|through|across)? to",
            "put (me|this|us|the call) ... (through|on) (to)?",
            "send (this|the|my) call to",
            "please? dial",
        )
    }
)
_TOLD = frozenset("call ring reach text phone email mail invite details form letter link invitation invoice payment money".split())
_SHORTEST_TARGET = 5
"""An internal extension has up to four digits; a number to be transferred to by the caller's wish has more."""


def transcript_findings(text: str) -> list[Finding]:
    """Attacks in what the caller said."""
    return _findings(text, _OF_CALLER, "transcript")


def data_findings(text: str, place: str) -> list[Finding]:
    """Attacks in a variable's value or a tool's answer; `place` says which."""
    return _findings(text, _OF_TOOLS, place)


def key_findings(keys: str) -> list[Finding]:
    """Attacks in keys pressed: words by multi-tap or character codes."""
    for words in decoded_keys(keys):
        if any(True for _ in _OF_TOOLS.search(locate(words))) or _TELLING.intersection(words.split()):
            return [_finding(IncomingKind.INJECTION, 0, len(keys), keys, "keys")]
    return []


_TELLING = frozenset("ignore override system prompt admin sudo instructions root transfer jailbreak developer".split())


def _findings(text: str, phrases: PhraseSet, place: str) -> list[Finding]:
    located = locate(text)
    found = [_finding(match.name, match.start, match.end, text, place) for match in phrases.search(located)]
    kinds = {finding.kind for finding in found}
    if IncomingKind.INJECTION not in kinds:
        found += _markup(text, place) or _in_code(located, text, phrases, place)
    if IncomingKind.TOLL_FRAUD not in kinds:
        found += _transfers(located, text, place)
    return sorted(found, key=lambda finding: (finding.start, finding.end, finding.kind))


def _markup(text: str, place: str) -> list[Finding]:
    lower = text.lower()
    for sign in _MARKUP_SIGNS:
        if (at := lower.find(sign)) >= 0:
            return [_finding(IncomingKind.INJECTION, at, min(len(text), at + len(sign)), text, place)]
    stripped = lower.lstrip()
    for start in _ROLE_STARTS:
        if stripped.startswith(start) or f"\n{start}" in lower:
            at = min(max(lower.find(start), 0), len(text))
            return [_finding(IncomingKind.INJECTION, at, min(len(text), at + len(start)), text, place)]
    return []


def _in_code(located: Located, text: str, phrases: PhraseSet, place: str) -> list[Finding]:
    """The same attacks spelled letter by letter or in the telephone alphabet."""
    decoded = decoded_words(located)
    if decoded is None:
        return []
    found = [
        _finding(match.name, match.start, match.end, text, place)
        for match in phrases.search(decoded)
        if match.name in (IncomingKind.INJECTION, IncomingKind.PROMPT_REVEAL)
    ]
    spelled = [word for word in decoded.words if word.text in _TELLING and word.end - word.start > len(word.text)]
    return found or [
        _finding(IncomingKind.INJECTION, word.start, word.end, text, place) for word in spelled[:1]
    ]


def _transfers(located: Located, text: str, place: str) -> list[Finding]:
    """A wish to be transferred to a number that the caller says."""
    pieces = digit_pieces(located.words)
    if sum(len(piece.digits) for piece in pieces) < _SHORTEST_TARGET:
        return []
    for match in _TRANSFER.search(located):
        first = next((place for place, word in enumerate(located.words) if word.start >= match.start), 0)
        before = {word.text for word in located.words[first : first + 8] if word.start < pieces[-1].start}
        after = [piece for piece in pieces if piece.start >= match.start and piece.word - first <= 14]
        if before.isdisjoint(_TOLD) or "call" in before and before.isdisjoint(_TOLD - {"call"}):
            run = after[0].word if after else 0
            target = [piece for piece in after if piece.word - run <= 16]
            if sum(len(piece.digits) for piece in target) >= _SHORTEST_TARGET:
                return [_finding(IncomingKind.TOLL_FRAUD, match.start, target[-1].end, text, place)]
    return []


def _finding(kind: str, start: int, end: int, text: str, place: str) -> Finding:
    return Finding(
        kind=str(kind), start=start, end=end, evidence=text[start:end], severity=Severity.HIGH, place=place
    )
