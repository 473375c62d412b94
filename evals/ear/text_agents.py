"""What agents say to callers: greetings, questions, confirmations, partings."""

from __future__ import annotations

from evals.ear.text_grammar import Rules

AGENT_RULES: Rules = {
    "firm": """
{family} {|and} {family} | {family} {insurance|motors|dental|solicitors|travel|energy|windows|plumbing|
    consulting|software|estate agents}
the {road} {hotel|surgery|clinic|restaurant|garage|bank|salon|practice|school|theatre|veterinary centre|
    pharmacy|library|gym}
{city} {council|airport|water|energy|hospital|car hire|taxis|telecom|credit union|medical group} | customer
    {service|support|care}
""",
    "agent": """
{thank you for calling|thanks for calling|welcome to|good {morning|afternoon|evening} you're through to|
    hello and welcome to|you've reached} {firm} {|how can i help you today|my name is {first} how can i
    help|this is {first} speaking|how may i direct your call|what can i do for you}
{hi|hello} {first} {this is|it's} {first} {calling|} from {firm} {|is now a good time to talk|do you have a
    minute|i'm calling about your {request|enquiry|order|application}|how are you today}
{could|can|may} i {take|have|get|ask for} your {full name|first name|last name|email address|phone number|
    postcode|zip code|date of birth|order number|account number|address|reference number} {|please}
and {what's|what is} {your|the} {best number to reach you on|email address|postcode|company name|budget for
    this|date of birth|first line of your address|reason for your call}
let me {just|quickly|} {check that|look that up|read that back|pull up your account|see what's available|
    repeat that|transfer you|put you on hold} {for you|} {|one moment please|bear with me}
so that's {slot} {for {name}|with {name}|at {address}|is that right|is that correct|does that sound right}
{i have|we have|there's|i can offer you} {|a slot} {slot} or {slot} {|which would you prefer|would either of
    those work|do any of those suit you}
i'm {sorry|afraid} {that time is taken|we're fully booked {day}|we're closed on {weekdays}|i didn't catch
    that|i can't find that order|nobody is available right now|that's not something i can help with}
{i've|i have} {booked|put|got|moved|cancelled|confirmed} {you in|your appointment|that} {for|to|on} {slot}
    {|you'll get an email shortly|is there anything else}
your {appointment|booking|table|delivery|order|payment|refund|reservation} {is confirmed|is booked|has been
    cancelled|has been moved} {|for {slot}|to {slot}}
i've got {{phone}|{email}|{address}|{spelled_name}|{reference}|{postcode}} {|is that right|is that correct|
    did i get that right}
are you the person who {makes the decision|decides about this|signs off on the budget|handles this} {|or is
    somebody else involved}
{do you have|have you got} {a budget in mind|a date in mind|a preferred time|an account with us|any other
    questions|any allergies|your policy number handy}
when {would you like|are you hoping|do you plan|were you thinking} to {start|begin|come in|travel|move in|
    have it delivered|get going}
how many {people|guests|nights|users|employees|passengers|rooms|hours a week} {will there be|is that for|do
    you need|are there|would that be for}
is there anything else {i can help {you|} with|you'd like to {know|add|ask}|i should note down} {|today}
{thank you|thanks} {|so much|very much} {for {calling|your time|waiting|holding|your patience|letting us
    know}} {|have a {great|lovely|nice|good} {day|evening|weekend|afternoon}}
{please|could you|can you} {hold the line|spell that for me|say that again|repeat the last part|speak up a
    little|confirm your postcode|tell me a bit more|slow down a little}
{calls are|this call may be|this call is being} recorded for {training|quality|security} purposes
press {digit} for {sales|support|billing|appointments|opening hours|new customers} or {stay on the line|
    press {digit} to speak to someone}
that will {be|cost} {money} {|including tax|plus delivery|all in|is that all right} {|how would you like to
    pay}
what {seems to be the problem|brings you in today|kind of {car|house|policy|project} is it|day works best
    for you|time suits you|would you like to do}
our {opening|office} hours are {hour} to {hour} {weekday} to {weekday} | we're open until {time} {day} | the
    earliest i have is {slot}
i'll {call you back|send you an email|pass that on|make a note of that|take you off our list|put you through
    to {name}} {|right away|straight away|this {part}|now}
{perfect|great|lovely|wonderful|all right|no problem|of course|certainly|got it|sure|understood} {|thank
    you|{first}|i'll do that|and the {date|time|address|name}|let's get you booked in}
does {{day}|{slot}|{time}|{slot}} {work|suit you|work for you} | would you prefer {weekday} or {weekday} |
    {morning|afternoon} or {afternoon|evening}
please leave a message after the {tone|beep} {|and we'll get back to you} | all our agents are busy {|you
    are number {few} in the queue}
just to confirm you {said|want|need} {few} {tickets|nights|seats|rooms|licences|windows|copies} {|from
    {date}|for {name}|at {money} each}
""",
}
