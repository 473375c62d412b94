"""How the built-in forbidden claims are worded, in the language of `patterns`; a line is a phrase."""

from __future__ import annotations

from collections.abc import Mapping

_ILLNESS = (
    "(flu|cold|infection|migraine|diabetes|asthma|eczema|shingles|cancer|covid|allergy|stress|anxiety|depression|stroke|heart attack|"
    "heart condition|pulled muscle|hernia|ulcer|virus|bug|fever|arthritis|pneumonia|bronchitis|tonsillitis|dermatitis|gastritis|sinusitis|"
    "food poisoning|concussion|fracture|sprain|rash|urinary infection|chest infection|ear infection|viral infection|anaemia|blood clot|"
    "hay fever|acne|psoriasis|epilepsy|angina|measles|chickenpox|scabies|thrush|condition|disorder|syndrome|illness|disease)"
)
_MEDICINE = "(tablet|tablets|pill|pills|dose|medication|medicine|ibuprofen|paracetamol|aspirin|antihistamine|antibiotics|painkiller|painkillers|inhaler|insulin|antidepressants)"
_SUM = "(pound|pounds|euro|euros|dollar|dollars|pence|penny|quid)"

CLAIMS: Mapping[str, tuple[str, ...]] = {
    "do_not_diagnose": (
        f"(sounds like|looks like|seems like|seems to be|you have|youve got|you probably have|you might have|you may have|you could have|suffering from|it is|its|thats|that is|might be|could be|must be|may be|would be|think its|think it is|likely|probably|definitely|is just|suggest|suggests|symptoms of|sign of|case of|not) (probably|definitely|likely|most likely|just|only|not|certainly|clearly)? (a|an|the|some|all the symptoms of)? (mild|bad|bit of|touch of|slight|severe|urinary|viral|chest|serious)? {_ILLNESS}",
        f"(symptoms|signs) ... (suggest|indicate|consistent with|point to|mean|typical of) ... {_ILLNESS}",
        "(its|it is|thats|that is) (probably|definitely|certainly|most likely)? nothing serious",
        "(dont|do not|no) need to (see|call|visit|go to) (a|the|your) (doctor|gp|hospital|nurse|specialist|a and e)",
        f"(take|try|taking|recommend|suggest|use) (a|an|some|two|one|more|your|doubling your)? (more|extra)? {_MEDICINE} (and|every|for|twice|until|to|again|that)?",
        f"(should|can|could|must|need to|safe to) (stop|start|increase|reduce|double|halve|skip|take|keep) (taking)? (your|the|two|a|an|more|some|those)? {_MEDICINE}",
        f"(doubling|increasing|reducing|halving|stopping) (your)? {_MEDICINE}",
        "(recommend|suggest|prescribe|advise) (some|an|a)? (paracetamol|ibuprofen|aspirin|antihistamine*|antibiotic*)",
        "(i|we) can? diagnose",
        f"you (probably|possibly|likely|clearly) (just|only)? (have|have got) (a|an|the)? {_ILLNESS}",
        f"(guess is|guess its|bet is|bet its|sounds to me like|looks to me like|id say|i reckon) (you have|youve got|its)? ... {_ILLNESS}",
        "(slipped disc|trapped nerve|broken (arm|leg|bone|wrist|ankle|toe|rib)|torn (ligament|muscle|tendon))",
        f"(leave out|miss|skip|halve|double) ... {_MEDICINE}",
        "(my|the|a|our) diagnosis (is|would be|of)",
        "safe to (take|mix|combine) (it|them|those|that|these|both)",
        "(worry|worried|concern) about (that|the|this|your) (lump|rash|pain|mole|bleeding|swelling|spot|symptom*|headache*)",
    ),
    "do_not_promise_price": (
        f"(cost|costs|costing|pay|price is|price of|fee is|fee of|total is|total will be|comes to|come to|thatll be|that will be|thats|only|just|it is|its) (you)? (exactly|only|just|about|around|more than|up to|a|less than)? ... {_SUM}",
        "(cost|costs|pay|price|fee|total|comes to|come to|thatll be|that will be|only|just|its|offer|charge) (will be|is|of|be)? (exactly|only|just|about)? (#|# #|# # #) (a month|a year|pounds|per)?",
        "(total|price|cost|fee|charge|its only|thats only|its) (will be|is|comes to|of)? #",
        "guarantee (that|the|this|a|you a|our)? price",
        "guaranteed (to be)? (the)? (cheapest|lowest|best price)",
        "(give|offer|get|have|knock|take) (you)? ... (percent|pounds|euros|dollars|half) (off|discount)",
        "(give|offer|get you|apply|approved) (you)? (a|the) (discount|reduction|price|refund)",
        "(discount|reduction) of ... (percent|pounds)",
        "free of charge",
        "(is|are|its|be|month|year|week|delivery|visit|completely|totally|absolutely) (completely|totally|absolutely)? free (for you|of cost|forever|today)?",
        "(no|without|waive|waiving) (any|the|a|extra|additional)? (charge|fee|fees|charges|cost|costs) (for|at all|whatsoever)?",
        "(wont|will not|never|not) (pay|cost|be charged) ... (more|penny|extra|anything)",
        "(match|beat) any price",
        "(get|receive|have|approved|issue|issued|give you|arranged) (you)? (a|your|the) (full|partial|complete)? refund",
        "(well|we will|ill|i will) refund (you|your|the|it)",
        "(fully|completely|totally) refundable",
        f"(going to|will) be (about|around|only|just|exactly)? # {_SUM}",
        "price is (fixed|guaranteed|locked|final)",
        "(half price|half the price)",
        f"(looking at|call it|call that|works out at|set you back|do it for|yours for) ... {_SUM}",
        "(do it|have it|get it|yours|fix it|come out) for (nothing|free)",
        f"(is|for|off|fee|deposit) # {_SUM}",
    ),
    "do_not_give_legal_advice": (
        "(should|could|can|must|ought to|need to) (sue|plead|take them to court|take legal action|press charges|litigate|appeal|withhold)",
        "(have|got|youve) (a|an|very|really)? (strong|good|clear|weak|solid|watertight) (legal)? (case|claim)",
        "(legally|by law) (entitled|required|obliged|binding|allowed|bound|responsible|owed)",
        "(under|by|according to) (the)? (law|act|legislation|consumer law|employment law)",
        "(thats|that is|its|it is|they are|this is|was|are) (perfectly|totally|completely|not|clearly|entirely)? (illegal|unlawful|legal|lawful|against the law|legally binding)",
        "(dont|do not) need a (solicitor|lawyer|barrister)",
        "(advise|advice|recommend) (you|is|would be|that you) (not)? (to)? (sign|settle|sue|claim|plead|appeal|pay nothing|accept|refuse)",
        "(legal advice) (is|would be)",
        "(win|winning) (in court|the case|your case|at tribunal)",
        "(are|youre|not|be|held) (not)? liable",
        "(landlord|employer|company|bank|seller|they|neighbour) (cant|cannot|can not|is not allowed to|must) (legally)? (evict|sack|fire|dismiss|refuse|keep your deposit)",
        "(in|a) breach of (contract|the law|data protection|the agreement|your rights|duty)",
        "claim (damages|compensation)",
        "(within|in) your (legal)? rights",
        "(legal)? right to (withhold|refuse|cancel without|sue|compensation|appeal|remain)",
        "(contract|agreement|clause|lease|will) is (null|void|not valid|invalid|unenforceable|not binding)",
        "(broke|broken|breaking|violated|breaking) the law",
        "grounds for (a|an)? (claim|appeal|case|divorce|dismissal|complaint)",
        "entitled to (claim|compensation|damages|sue|a refund by law)",
        "plead not? guilty",
        "law is on (your|our|their) side",
        "(obliged|required|bound|obligated) by (statute|law|regulation)",
        "(ignore|disregard|tear up) ... (court|legal|solicitors|bailiff*) (letter|order|notice|summons|papers)",
    ),
    "do_not_promise_outcome": (
        "(i|we|can|you|is|its|money back|are|absolutely|fully|youre|results|returns) (fully|absolutely|can|personally|completely)? (guarantee|guaranteed|guarantees) (that|it|you|a|same|results|to|your|there|we|success|next|on)? ... ",
        "(money back|results|returns) (are|is)? guaranteed",
        "(will|youll|are|is|its) (definitely|certainly|absolutely|surely|without doubt) ... (approved|accepted|arrive|work|covered|fixed|cured|succeed|win|pass|get|be|delivered|qualify)",
        "(i|we|can) (can)? promise (you|youll|that|there|it|results|your|he|she|they|we|you will)",
        "(delivered|fixed|done|there|ready|sorted|tomorrow|today) ... i promise",
        "(one hundred|100|a hundred|hundred) percent (safe|sure|guaranteed|certain|effective|success)",
        "(are|is|be|youre) (certain|sure|bound|guaranteed) to (be|get|win|work|pass|succeed|have|arrive)",
        "(no|zero|without) risk (at all|whatsoever|to you|involved)?",
        "risk free",
        "(it|this|that|our product|which) (never|always) (fails|works)",
        "(you)? (cant|cannot) (lose|fail|go wrong)",
        "(completely|fully|totally|permanently) (cured|healed|recover|risk free)",
        "(i|we) (can)? assure you ... (will|is going to|wont|works|safe)",
        "(going to|will|youll) (be|get) (approved|accepted)",
        "(double|triple) your (money|investment|income|savings)",
        "no side effects",
        "(give|have) (you)? my word",
        "nothing (can|will|could) go wrong",
        "without fail",
        "nothing to lose",
        "consider (it|that|this|yourself) (approved|done|fixed|sorted|accepted|cured)",
        "(we|i) never (make mistakes|fail|lose|go wrong|let anyone down)",
    ),
}
# A sentence with one of these is no claim of that kind.
DENIALS: Mapping[str, tuple[str, ...]] = {
    "do_not_diagnose": (
        "(cant|cannot|not able to|unable to|not allowed to|couldnt) (say|tell|diagnose|give|know|comment|judge|advise)",
        "(doctor|nurse|pharmacist|gp) (can|will|could) (say|tell|look|decide|check|explain)",
        "(is it for|are you|do you|have you|did you|would you|do they|is this)",
        "(clinic|test|appointment|vaccine|vaccination|nurse|form|leaflet) ... (on|is|are|with|will|can|for|at|booked)",
        "(keep|carry on|continue) taking your (medication|tablets|medicine) (until|as|and)",
    ),
    "do_not_promise_price": (
        "(cant|cannot|not able to|unable to|not allowed to|couldnt) (say|tell|promise|give|offer|quote|approve|confirm)",
        "(do you|would you|did you|is that|are you|what is|how much|have you)",
        "(you said|you mentioned|you told|your budget|a budget|card ending|request for|questions about)",
        "(no charge on|free (for you)? (at|on|to|of noise|now))",
    ),
    "do_not_give_legal_advice": (
        "(cant|cannot|not able to|unable to|not allowed to) (say|tell|give|advise|comment|judge)",
        "(you should talk to|speak to|ask|see) (a|your) (solicitor|lawyer|adviser|advisor)",
    ),
    "do_not_promise_outcome": (
        "(cant|cannot|not able to|unable to|dont|wont|couldnt) (say|promise|guarantee|tell|be sure|be certain)",
        "(promise to (pass|call|ask|look|tell|let|make|note|mention))",
        "(would you like|are you|do you|is it)",
        "no risk of",
    ),
}
