"""Entities alone and in carrier sentences, and short answers."""

from __future__ import annotations

from evals.ear.text_grammar import Rules

ENTITY_RULES: Rules = {
    "entity": """
{phone} | {phone} | {phone} | {phone}
{date} | {day} | {slot} | {slot}
{time} | {times} | {times}
{money} | {money} | {percent} | {duration}
{name} | {name} | {spelled_name} | {spelled_name}
{email} | {email} | {site}
{postcode} | {postcode} | {zip} | {address} | {address}
{reference} | {reference} | {letters} | {radio} | {explained}
{count} | {count} | {pair} | {decimals} | {year} | {measure} | {ordinal} | {sum}
{digit_row} | {digit_row} | {place} | {place} {or|and} {place}
""",
    "carried_entity": """
{{my|the best|her|his|our|the office|a|their|the mobile|my cell|the work} {number|phone number|mobile
    number|cell number|telephone number} is|you can {reach|get|call|ring|text} me on|call me {on|at}|it's|
    that's|try|ring|the number is|i'm on|yes it's|or|put down|dial|text} {phone}
{{it's|for|on|could we do|can you do|how about|what about|maybe|let's say|i was thinking|i'd prefer|are you
    free|would} {day}|{day} {works|is fine|suits me|would be better|is no good|doesn't work|at the earliest|
    if possible}}
{{my|her|his|the|our} {date of birth|birthday|anniversary|appointment|flight|start date|due date|deadline|
    contract} is|i was born|it {starts|ends|expires|arrives} on|since|until|from|it's dated|due|by|on}
    {date} {|{year}}
{{can we do|how about|what about|let's make it|i can do|would be better|i'm free|we're open|it will be}
    {times}}
{{can we do|how about|what about|i'll be there at|let's make it|i can do|it {starts|finishes|opens|closes|
    leaves|arrives} at|come at|see you at|i get off at|any time after|not before|is it} {time}|{time}
    {works|is good|is too late|is fine|suits|would be perfect|is a bit early}}
{{it {costs|cost}|i paid|our budget is|we can spend|you charged me|it comes to|the total is|they quoted|i
    owe|it's|somewhere around|no more than|i earn|we pay|the deposit is|that'll be|the fee is|refund me}
    {money}}
{{about|roughly|nearly|almost|only|it's|we've grown|it fell by|it's up|they want|an interest rate of|vat at|
    a tip of} {percent}}
{{it takes|it took|i waited|for|it lasts|give me|i've been waiting|it's been|in|we've been there|they said|
    within|it'll be} {duration}|{duration} {ago|later|from now|is too long|at most|tops|each way|or so}}
{{my name is|my name's|this is|i'm|it's|you're speaking with|speaking to|ask for|can i speak to|is {first}
    there it's|the name's|under|it's under|the booking is under|in the name of|put it under|my {husband|
    wife|boss|manager|partner|son|daughter|colleague} is} {name}}
{{my name is|it's|the surname is|the last name is|first name|last name|family name|surname|it's spelled|
    that's|you spell it|no it's|i'm} {spelled_name}}
{{my email is|my email address is|it's|the email is|email me at|send it to|you can write to|that would be|my
    work email's|email address is|so that's|no it's|and the email} {email} {||all lower case|all one word|
    thanks}}
{{my postcode is|the postcode's|it's|postcode|we're at|that's} {postcode} | {{zip code|zip|the zip is|my zip
    code is|it's zip} {zip}}}
{{i live at|the address is|it's|we're at|deliver it to|ship it to|send it to|i've moved to|the billing
    address is|my address is|come to} {address}}
{{my|the|your} {reference|order number|booking reference|policy number|case number|ticket number|
    confirmation code|account number|tracking number|customer number|registration|licence plate|flight
    number} is|reference|order|order number|ticket|it's|it says|code|invoice number|flight} {{reference}|
    {reference}|{digit_row}}
{{i'm {calling from|in|based in|from|moving to|on my way to|flying to}|we're in|the office is in|she lives
    in|do you cover|do you deliver to|from {place} to|how far is|it's near|i work in|are you in} {place}}
{{i need|we have|there are|there's|i'd like|about|we're|a team of|over|it's|can i get|it weighs|only|i
    ordered|we sold} {count} {people|staff|seats|copies|boxes|employees|customers|of them|tickets|units|
    orders|rooms|cars|}}
{{it's|about|it measures|we drove|turn left after|add|mix in|weighs|it's exactly|the temperature is}
    {{measure}|{decimals}} | {{it's on|he came|take|she finished|this is|on|for} {ordinal}}}
{{that's {explained}|{letter} not {letter}|{explained} not {explained}|with {a|an} {letter}|sorry {letter}
    as in {first}|did you say {letter} or {letter}|was that {explained}|{explained} then {digit_row}}}
{{the {code|pin|password|combination|extension|last four digits|sort code|card number|serial number|
    verification code|room number} {is|are|was}|extension|room|pin|press|it ends in|ending|the last four
    are|it's|option|page|line|bus|platform|gate|number} {{digit_row}|{digit}|{pair}}}
{{back in|in|since|it was|from|around|before|until|i graduated in|founded in|a {year} model|the summer of}
    {year}}
{{no|sorry|it's} not {weekday} {|i said} {weekday} | not {count} {count} | no {hour} not {hour} | not
    {digit_row} {digit_row} | {month} not {month} | {first} not {first}}
""",
    "number": "number | phone number",
    "short": """
yes | yes | yeah | yeah | yep | yup | no | no | nope | nah | okay | okay | ok | sure | right | fine |
    great | perfect | good | correct
hello | hi | hey | hello hello | hello there | hi there | good morning | good afternoon | good evening |
    morning | bye | goodbye | bye bye | cheers | thanks | thank you | ta
yes please | no thanks | no thank you | yeah sure | yes i do | yes i am | yes it is | no i don't | no i'm
    not | no it isn't | i do | i don't | i am | i can | i can't | we do | we don't | it is | it isn't | it
    does | of course | not really | not yet | not now | not today | not sure | i'm not sure | i don't know |
    no idea | maybe | perhaps | possibly | probably | probably not | definitely | definitely not |
    absolutely | exactly | certainly | indeed | true | all right | alright | alright then
mm hmm | mm | mmm | uh huh | uh | um | er | hmm | ah | oh | oh okay | oh right | ah okay | i see | got it |
    gotcha | understood | makes sense | fair enough | right okay | okay great | okay thanks | okay then |
    okay bye | cool | lovely | brilliant | excellent | wonderful | awesome | super | wow | really | no way |
    oops | sorry | pardon | excuse me | what | who | when | where | why | how | which one | how much | how
    many | how long | says who | since when
that's right | that's correct | that's fine | that's it | that's all | that's me | that's wrong | that's not
    right | sounds good | sounds great | that works | works for me | go ahead | go on | carry on |
    speaking | this is {first} | it's {first} | hold on | one moment | one second | just a second | just a
    minute | wait | stop | never mind | forget it | no problem | no worries | you're welcome | don't worry |
    me too | me neither | same here | both | neither | either | either one | all of them | none | none of
    them | the first one | the second one | the last one | the other one | the {rank} | {few} | {few}
    please | any time | anytime | whenever | always | never | sometimes | often | usually | already |
    later | now | soon | today | tomorrow
say that again | come again | what was that | what did you say | can you repeat that | are you there | can
    you hear me | i can hear you | i can't hear you | hello can you hear me | who is this | who's calling |
    what's this about | what do you want | is this a recording | are you a robot | not interested | i'm not
    interested | i'm busy | call me later | wrong number | leave me alone | take me off your list | thanks
    bye | thank you goodbye | have a nice day | you too | take care | see you then | see you {weekday} |
    talk soon | speak soon
{weekday} | {day} | {time} | {first} | {count} | {city} | {month} | {part} please | {time} please |
    {weekday} then
yeah {yeah|no|okay|exactly|right|that's fine|go ahead|please|i think so|of course|why not|it's me} | yes
    {yes|of course|exactly|go ahead|that's right|speaking|this is he|this is she|thank you|sir|ma'am|
    madam} | no {no|no no|never|sorry|it's fine|that's okay|not really|that's not it|i said {weekday}}
i {think so|hope so|guess so|guess|suppose so|don't think so|doubt it|agree|understand|see|know|promise|
    forgot|can't remember}
""",
    "opening": """
hi | hello | hi there | good {morning|afternoon|evening} | hey | yes | yeah | yes hi | oh hi | okay |
    right | so | well | sorry | no | yes hello | okay so | look | listen | thanks
{hi|hello} {this is|it's|my name is|i'm} {name} {|here|calling from {place}}
{hi|hello} {first} | oh {okay|right|yes|no} | no sorry | sorry {to bother you|about this|to call so late} |
    excuse me | just a quick question
""",
    "closing": """
please | thanks | thank you | thank you very much | if that's okay | if possible | if you don't mind | is
    that okay | is that all right | does that work
cheers | thanks a lot | many thanks | if you could | as soon as possible | when you get a chance | by the
    way | you see | that's all | okay | would that be possible
""",
}
