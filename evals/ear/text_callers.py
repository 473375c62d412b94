"""What callers say: to a booking agent, a practice, a restaurant, a shop, a bank, a hotel."""

from __future__ import annotations

from evals.ear.text_grammar import Rules

CALLER_RULES: Rules = {
    "want": """
i'd like to|i want to|i need to|i was hoping to|can i|could i|i'm calling to|i'm looking to|we'd like to|i
    would like to|we need to|is it possible to
""",
    "whose": """
my|my|our|my {wife|husband|son|daughter|mother|father|boss|partner|friend|neighbour}'s|the
""",
    "who": """
my {wife|husband|partner|boss|manager|colleague|assistant|business partner|mother|father|brother|sister|
    accountant|director} | {first} | the {board|owner|team|director|finance department} | our {c e o|c f o|c
    t o|head of {sales|marketing|finance|operations}}
""",
    "meeting": """
a {call|demo|meeting|chat|consultation|viewing|visit|video call|quick call|site survey|free trial|follow up}
""",
    "booking": """
{want} {book|schedule|arrange|set up|reserve} {meeting} {|for {slot}|with {name}|some time {next week|this
    week}|{day}}
{want} {move|change|reschedule|push back|bring forward|cancel|confirm} {whose} {call|demo|meeting|
    appointment|booking} {|to {slot}|on {day}|from {time} to {time}|{day}}
{i've already|we already|i} {booked|had|have} {meeting} {|for {slot}|with {first}} {but|and} {something's
    come up|i can't make it|it clashes with another meeting|nobody called|i'd like to move it|i'm running
    late}
{i'm|we're} {just|only|} {looking around|comparing prices|doing some research|getting some quotes|shopping
    around|exploring our options|curious about what you offer}
{our|my|the} budget is {money} {|a {month|year}|for this year|in total|but it's flexible|maximum} | we've
    set aside {money} {|for this|for the project}
{we don't have|there's no|i haven't got} {a budget|a fixed budget|any money for that} {|yet|this year|at the
    moment|until {month}} | it depends {on the price|how much it costs|what you offer}
{we'd|i'd} {like|want|prefer|need} to {start|begin|go live|kick off|have it done} {|by} {{day}|{day}|{date}}
    {|if we can|at the latest|or sooner}
{as soon as possible|right away|not before {month}|sometime in {month}|in {few} {weeks|months}|within
    {duration}|there's no rush|we're in no hurry|the sooner the better}
{i make|i'm the one who makes|{who} makes|we make} {the|that|these} {decision|decisions} {|together|on my
    own|in the end}
{i'd have to|i'll need to|i should|let me} {ask|check with|speak to|talk to|run it by} {who} {|first|before
    i decide|about that}
{who} {will|has to|would need to|should} {be on the call|sign it off|decide|approve it|be there} {|too|as
    well}
{slot} {works|is fine|is good|suits me|is perfect|would be great|sounds good} {|for me|for us|thanks|let's
    do that}
{i can't do|i'm not free|i'm busy|i'm away|that's no good|we're closed} {|on} {day} {|have you got anything
    {earlier|later|else}|what about {slot}|how about {time}}
{do you have|have you got|is there} {anything|something|a slot|any availability} {earlier|later|on
    {weekday}|{day}|after {time}|before {time}|in the {morning|afternoon}}
{let's|we could|can we} {do|say|go for|make it} {{slot}|{time}|{day}} {instead|then|if that's free|}
{actually|sorry|wait|on second thoughts|no} {can we|could we|let's} {make it|do|change it to|say} {{slot}|
    {time}|{weekday}} {|instead}
{the first|the second|the earlier|the later|the morning|the afternoon|the {weekday}} {one|slot|option} {|
    please|is better|works for me|would be fine}
{i'm|we're} {a company|a small business|a team|a charity|a school|a family} of {about|around|} {count}
    {people|employees|staff|}
we {currently use|have been using|switched from|are unhappy with|are happy with} {our own system|
    spreadsheets|another supplier|an agency|pen and paper|{family} and {family}} {|since {year}|for
    {duration}}
{how much|what} {does it cost|do you charge|would that be|is the price} {|per {user|month|hour|person}|for
    {count} {people|users}|roughly}
what {exactly do you do|is this about|are you selling|does that include|happens on the call|company are you
    from} | who {am i speaking to|gave you my number|are you}
{you've got|i think you have|this is} the wrong {number|person} {|there's no {first} here|there's nobody
    called {name} here|this is a private number|you want {name}}
{please|just|can you|} {take me off|remove me from} {your|the} {list|database|mailing list} {|and don't call
    again|thank you|i never asked for this}
{don't call|stop calling|never call|please do not call} {me|this number|us} {again|anymore|} {|or i'll
    report you}
{i'm not|we're not|not really|no i'm not} interested {|thank you|in that|right now|anymore|sorry}
{can|could} {you|someone} {call|ring|phone} {me|us} back {|{day}|at {time}|later|{slot}|in {duration}} {|i'm
    driving|i'm in a meeting|i'm at work|i'm with a customer}
{now's|this is|it's} {not a good time|a bad time|not really convenient} {|i'm {driving|eating|in a meeting|
    at the doctor's|picking up the kids|on a train}|try {day}}
{can i|could i|i want to|i'd rather} {speak|talk} to {a real person|a human|someone|somebody in sales|a
    manager|your supervisor|{first}|an actual person} {|please}
{sorry|pardon|excuse me} {|i} {didn't catch that|missed that|can you say that again|could you repeat that|
    you're breaking up|the line is bad|what was the {time|date|name|price}}
{could you|can you|would you} {speak up|slow down|repeat the {time|date|last bit|address|number}|say that
    {again|more slowly}|hold on a {second|minute}|wait a moment} {|please}
{hold on|hang on|one moment|just a second|give me a minute|bear with me} {|let me {check my calendar|find a
    pen|get my diary|look that up|ask {who}|close the door}|somebody's at the door|the dog is barking}
{i'm|this is|it's} {calling|ringing|phoning} {about|regarding|because of} {your {advert|website|letter|
    email|offer|brochure}|a demo|the {quote|proposal|invitation}|your message|the form i filled in} {|{day}}
{i|we} {saw|found|got} {your {advert|website|number|card|leaflet|email}} {on the internet|online|on
    facebook|through a friend|in the paper|from {name}|} {and|} {|i have some questions|wanted to know more|
    thought i'd call}
i'm {the|} {owner|manager|office manager|director|head of {sales|marketing|i t|finance}|managing partner|
    chief executive|assistant|founder} {|of a small {firm|company|shop|practice}|here|at {firm}|in {city}}
we need {help with|someone for|a new} {our website|payroll|marketing|the accounts|cleaning|a roof|a kitchen|
    training|recruitment|security|bookkeeping|a phone system|solar panels|windows|a boiler}
{is it|is this|are you} {free|covered|included|available|insured|open} {|on {weekdays}|in {city}|{day}|for
    {new customers|students|small companies}}
{that's|it's|seems|sounds} {too expensive|more than i expected|a lot of money|over our budget|reasonable|
    very good value|out of our range|cheaper than i thought}
{send|email|text|post} me {the details|some information|a confirmation|the link|an invitation|a quote|your
    prices|the contract} {|please|at {email}|to {email}|by {day}|first}
{i'd|we'd} {rather|prefer to} {do it|meet|talk} {in person|over the phone|by video|online|at our office|by
    email} {|if possible|on {weekday}}
{yes|yeah} {that's me|this is he|this is she|i filled in the form|i remember|i've got a minute|go ahead|i am
    the {owner|manager}} {|who's calling|what's it about}
i {thought|was told|understood} {the call was|it was|we said} {{slot}|{time}|{day}} {|not {time}}
{we're|i'm} in {a different time zone|{city}|{country}|the office until {time}|meetings until {time}} {|so
    {time} would be better|so mornings are best}
{it's|that's|this is} {urgent|not urgent|quite important|a long story|just a question|confidential|a
    surprise for {who}}
{i'm|we're} {hoping|planning|trying|thinking of starting|ready|not ready} {|to {start|begin|launch|move|
    decide|sign}} {|{day}|in {month}|in {duration}|next {year|quarter}|after {season}}
{we'd be ready|the project starts|the contract ends|the work should start|it all begins|we open} {in
    {month}|in {duration}|{day}|on {date}|straight away|after {season}}
{roughly|about|somewhere around|maybe|i'd say|up to|between {money} and|at most|no more than|say} {money} {|
    i think|give or take|all in|per year|but don't quote me}
{i don't want to|i'd rather not|why do you need to|do i have to} {say|give you my {number|email|address|
    budget}|discuss money|tell you that|answer that|share that} {|yet|over the phone|on the phone}
{none of|neither of} {those|them} {works|work|suits me|suit us|is any good} {|i'm afraid|have you got {day}|
    what else is there|what about {slot}}
{either is|both are|any of those would be|whatever you have is|anything is} {fine|okay|good|possible} {|with
    me|for me|you choose|but {weekday} is better|after {time}}
{can you|could you} {book|put|pencil|squeeze|fit} me in {|for} {{slot}|{day}} {|then|please|instead|if it's
    free}
{hi|hello} {|this is} {name} {|here} from {firm} {returning your call|i had a missed call from this number|
    you left me a message|i'm calling about the {demo|quote|meeting}}
{and|so} {what|which day|what time|who|where|how} {was that|is that|will it be|do i call|will call me|long
    does it take} {|again|exactly|then}
{that|it} {clashes|doesn't clash|would clash} with {another meeting|my {holiday|lunch|flight|shift|school
    run}|the {board meeting|conference|trade fair}} {|{day}|at {time}}
{before|after|between} {time} {|and {time}} {would be|is} {best|ideal|better|fine|impossible} {|on
    {weekdays}|{day}|for me}
{i said|no i said|i meant|that should be|it's} {{slot}|{time}|{day}|{name}|{money}|{date}} not {{time}|
    {weekday}|{month}}
{would|will} {you|it|someone} {send me|email me} {a confirmation|an invite|a link|a reminder} {|beforehand|
    to {email}|by text|the day before}
{fine|okay|all right|great|perfect|lovely|good} {{slot}|{time}|{weekday}} {it is|then|works|sounds good|see
    you then|i'll be there}
{i|we} {can't|won't be able to|might not} {make it|come|be there|talk} {{day}|{slot}|then|at {time}|before
    {time}} {|something came up|my {son|daughter} is ill|my train is late|i'm in {city}}
""",
    "body": """
tooth|back|knee|shoulder|head|neck|ankle|wrist|ear|throat|chest|stomach|hip|elbow|foot|eye|left leg|right
    arm
""",
    "practice": """
the doctor|the dentist|the nurse|doctor {family}|the hygienist|the physio|the optician|the vet|a mechanic|
    the stylist|{first}
""",
    "service": """
a check up|a cleaning|a filling|a haircut|a trim|highlights|a manicure|a massage|a full service|an oil
    change|new tyres|new tires|an eye test|a blood test|a flu shot|a vaccination|an m o t|a physical|a
    crown|an x ray|a follow up|a colour|a blow dry|a wheel alignment|new brake pads
""",
    "appointment": """
{want} {make|book|get|schedule} {an appointment|an appointment for {service}|{service}} {|with {practice}|
    for {day}|for {slot}|for {whose} {dog|cat|son|daughter|car}}
{want} {cancel|move|change|check|confirm} {whose} appointment {|with {practice}|for {service}|on {day}|at
    {time}|{slot}}
{my|his|her} {body} {hurts|has been hurting|is swollen|is sore|aches|is bleeding|feels numb|is killing me}
    {|since {day}|for {duration}|when i {walk|eat|bend|breathe|sleep|lift things}|really badly}
{i've|she's|he's} {had|got} {a {fever|cough|rash|headache|cold|sore throat|temperature|migraine|toothache|
    burn}|chest pain|food poisoning|an infection|a broken {tooth|finger|toe}} {|for {duration}|since {day}|
    and it's getting worse}
{i|she|he} {chipped|broke|lost|cracked} a {tooth|filling|crown|nail} {|{day}|eating {popcorn|toffee|an
    apple|nuts}|playing {rugby|hockey|football}} {|can you fit me in {day}}
{i need|can i get|i'd like to order|i've run out of|i want to renew} {a repeat prescription|my tablets|my
    inhaler|a sick note|my blood pressure pills|a referral|my test results|insulin|antibiotics} {|please|for
    {name}|before {day}}
is {practice} {in|available|free|working} {{day}|{slot}|{day}} {|or shall i see someone else|or is it
    someone else}
my {car|van|truck|motorbike} {won't start|is making a {strange|grinding|rattling|clicking} noise|failed its
    {m o t|inspection}|needs {service}|has a flat tyre|has a flat tire|is leaking oil|broke down on the
    {motorway|freeway|highway}}
{it's|it is} a {year} {ford|toyota|honda|volkswagen|vauxhall|nissan|b m w|chevrolet|hyundai|tesla|volvo|
    mini|jeep|peugeot} {|with {count} {miles|kilometres} on it|automatic|diesel|estate|registration
    {reference}}
{how long|how much} {does|will|is} {service} {take|cost|going to be} {|with {first}|for {long|short|curly}
    hair|roughly|on a {weekday}}
{do you|does the {practice_kind}} {take|accept|have} {walk ins|new patients|my insurance|appointments on
    {weekdays}|gift cards|parking|{family} insurance|card payments|a waiting list}
{i'm|he's|she's} {a new patient|registered with you|allergic to {penicillin|nuts|latex|shellfish|peanuts}|
    pregnant|diabetic|on {medication|blood thinners}|{pair} years old|due for {service}}
i'm {running|going to be} {|about|} {duration} late {|for my {time} {appointment|haircut|class}|is that
    okay|shall i still come}
{i've|i have} an appointment {|with {practice}} {slot} {|and i'd like to change it|but i can't make it|can i
    bring my {son|mother|dog}|where do i park}
what time do you {open|close} {|on {weekdays}|{day}|over {season}} | are you open {{day}|on {weekdays}} |
    the last one was {duration} ago
when {is|was} my {next|last} {appointment|check up|cleaning|visit|service} | {can|could} you squeeze me in
    {{day}|{slot}|{day}}
my {cat|dog|rabbit|puppy|kitten|parrot|horse} {won't eat|is limping|needs its jabs|swallowed a {sock|coin|
    bone|toy}|has fleas|keeps scratching|was hit by a bicycle} {|since {day}}
just {a trim|the ends|a tidy up|the usual|a bit off the top|the fringe|the bangs|short at the sides} {|
    please|like last time|with {first}}
""",
    "practice_kind": "clinic|surgery|garage|salon|practice|dentist|doctor|barber|spa",
    "dish": """
the soup|a salad|the salmon|a steak|the lasagne|fish and chips|two margherita pizzas|chicken tikka|pad thai|
    a cheeseburger|french fries|garlic bread|spring rolls|a pepperoni pizza|the vegetable curry|fried rice|
    noodles|a kebab|the sea bass|tacos|onion rings|tiramisu|ice cream|a bottle of red|sparkling water|two
    diet cokes|an iced tea|a cappuccino
""",
    "restaurant": """
{want} {book|reserve} a table {|for {few}|for {few} {people|adults}} {|{slot}|{day}|at {time}|under the name
    {family}|by the window|outside|for {few} and a high chair}
{do you have|have you got|is there} {a table|anything|space|room} {|free|available} {|for {few}} {{slot}|
    {day}|at {time}} {|or later|inside|on the terrace}
{we're|there will be|it'll be|there are} {few} of us {|now|including {few} children|instead of {few}|and a
    baby|one in a wheelchair}
{want} {change|cancel|move} {my|our} {reservation|booking|table} {|for {day}|from {few} to {few} people|to
    {time}|under {family}}
{can i|i'd like to|could we|can we} {order|get|have} {dish} {|and {dish}|and {dish} with {dish}|to take
    away|to go|for delivery|without onions|with extra cheese|no ice}
{do you|does the chef} {have|do|serve} {vegan|gluten free|vegetarian|halal|kosher|dairy free} {options|food|
    dishes|desserts} {|on the menu|as well}
{one of us is|two of us are|some of us are} {allergic to {nuts|shellfish|eggs|gluten|milk|sesame}|
    vegetarian|vegan|
    coeliac} {|is that a problem|can you do something}
it's {my|our|her|his|{first}'s} {birthday|anniversary|graduation|leaving do|engagement} {|can we bring a
    cake|could we have a quiet table|do you do anything special}
{is there|do you have|how much is} {parking|a dress code|a kids menu|corkage|a set menu|a minimum spend|
    outdoor seating|a private room} {|nearby|for {few} people|on {weekdays}}
{our|my} {order|food|pizza|curry} {is late|was cold|hasn't come|is missing {dish}|was wrong} {|we ordered
    {duration} ago|order {reference}|we got {dish} instead}
{i'll have|make it|we'll take|could i swap that for} {dish} {please|and {dish}|instead|} {|and the bill|
    medium rare|well done|on the side}
we're {running late|stuck in traffic|lost|outside|on our way|going to be {duration} late} {|please hold the
    table|sorry|it's under {family}}
""",
    "parcel": """
parcel|package|order|delivery|sofa|washing machine|fridge|mattress|letter|box|flowers|groceries|laptop|bed|
    bike
""",
    "delivery": """
{where's|where is|what's happening with|any news on|can you track} {my|our} {parcel} {|it was due {day}|it
    should have come {day}|the number is {reference}|i ordered it {duration} ago}
{my|our|the} {parcel} {hasn't arrived|never came|is late|is damaged|went to the wrong address|was left in
    the rain|is missing|says delivered but it isn't here} {|and it's been {duration}|can you help}
{want} {change|move|arrange|rebook} {the|my} delivery {|to {day}|address|date|to {address}|for {slot}}
{leave it|put it|you can leave it} {with the neighbour|in the porch|behind the {gate|bins|
    shed}|in the garage|at number {count_small}|at reception|in the mailbox|by the back door} {|if i'm out|
    please}
{i won't be|nobody will be|i'll be|i'm} {in|home|at home|out} {|until {time}|{day}|after {time}|between
    {time}} {|can you come {{day}|{slot}}}
{the driver|the courier|your guy|the mailman} {rang|didn't ring|left a card|threw it over the fence|couldn't
    find the house|was very kind|never knocked} {|{day}|at {time}}
the tracking number {is|says|starts with} {reference} {|and it says {delayed|out for delivery|returned to
    sender}} | what time will it {come|arrive|be here} {|{day}}
{how much|how long} {is|does} {shipping|delivery} {|take|cost} {|to {place}|for {few} boxes|next day|to
    {postcode}}
{there's|there were} {{few}|one} {boxes|items|bags|bottles} {missing|broken|too many} {|from my order|in the
    {parcel}}
{it's|the buzzer is|the code is|ring} {flat|apartment|number} {count_small} {|on the {rank} floor|round the
    back|ring twice}
{can|could} you {collect|pick up} {the|an old|my} {parcel} {|{day}|from {address}|at {time}|and take away
    the old one}
""",
    "device": """
internet|wifi|broadband|router|phone|laptop|printer|screen|app|website|tablet|television|t v|modem|keyboard|
    camera|heating|boiler|alarm|dishwasher|washing machine|account|email|computer
""",
    "item": """
shoes|jacket|phone|book|lamp|kettle|dress|chair|headphones|watch|coat|toy|vacuum cleaner|blender|jeans|
    suitcase|tent|printer ink
""",
    "support": """
{my|our|the} {device} {is down|isn't working|doesn't work|won't turn on|keeps crashing|is very slow|stopped
    working|keeps dropping out|is frozen|makes a strange noise|won't connect} {|since {day}|again|for
    {duration}|after the update}
{i|we} {forgot|lost|can't remember|need to reset|want to change} {my|our|the} {password|pin|username|
    security question|login|passcode} {|and i'm locked out|for the {device}}
{i can't|i'm unable to|why can't i|it won't let me} {log in|sign in|download the {app|invoice|form}|open the
    file|change my address|pay|print|update my details|connect|add a card|hear anything} {|to my account|on
    my {device}|it says {error}}
it {says|keeps saying|shows} {error} {|and then it {freezes|closes|restarts}|on the screen|every time}
{i've|i have} {already|} {tried|restarted it|unplugged it|turned it off and on again|reset the router|
    checked the cables|updated it|deleted the app} {|twice|and nothing happened|several times}
the {light|lamp|screen} is {red|green|orange|flashing|blinking|off|blank|black|blue} {|not green|all the
    time|on the {device}}
{i want|i'd like|can i get|when will i get} {a refund|my money back|a replacement|an exchange|store credit}
    {|for the {item}|for order {reference}|it was {money}|it's been {duration}}
{want} {return|exchange|send back} {the|this|a|my} {item} {|it's {too small|too big|broken|the wrong colour|
    not what i ordered|scratched|faulty}|i bought {day}|without a receipt}
{i haven't|we never} {received|got} {the|my|our} {invoice|receipt|confirmation|refund|email|bill|order} {|
    from {month}|number {reference}|yet|for {money}}
{there's|i think there's|i found} {a mistake|an error|something wrong} {on|in|with} {my|the|our} {invoice|
    bill|order|contract|statement} {|it says {money}|you charged me twice|the date is wrong}
{where|what|how} {do i|can i} {find the {settings|serial number|order number|receipt}|cancel my
    {subscription|membership|contract}|upgrade|reach technical support|change my {email|plan|address}|file a
    complaint}
{i'd like to|i want to|how do i} {complain|make a complaint|speak to a manager|cancel|downgrade|close my
    account|renew|upgrade} {|about the {device}|please|today|because {it's too expensive|i'm moving|i'm not
    happy}}
what's the status of {my|our|the} {order|ticket|repair|claim|refund|complaint} {|number} {|{reference}}
{it|this} {was working|happened|started|broke} {{day}|yesterday|after the storm|when i updated it|all of a
    sudden|for no reason}
{nothing's happening|it's still loading|it's installing|now it's asking for a code|it's restarting|okay it's
    back on|that fixed it|still the same|no change|it went blank}
{do i|does it|is it|will it} {still under warranty|need a receipt|cost anything|come with a {charger|cable|
    guarantee}|work with {windows|android|an iphone|a mac}|delete my photos}
do you {price match|have this in {size|} {{few}|red|blue|black|medium|large}|ship to {country}|have the
    {item} in stock|do gift wrapping|repair {item}}
{i've been|we've been} {on hold|waiting|without {internet|heating|hot water|power}} for {duration} {|this is
    ridiculous|now|can somebody help}
""",
    "error": """
error {digit_row}|access denied|no signal|invalid password|connection failed|page not found|server error|
    please try again later|low battery|payment declined|code {reference}
""",
    "account": """
{what's|can you tell me|i'd like to know|could you check} {my|the|our} {balance|interest rate|credit limit|
    overdraft|excess|premium|meter reading|tariff|account number|sort code|monthly payment} {|please|on my
    {savings|current|checking} account}
{i've|i have|i think i've} {lost|had stolen|left behind} my {credit card|debit card|purse|wallet|bank card|
    phone} {|{day}|in {city}|on the {bus|train|plane}|and i want to block it}
there's a {payment|charge|transaction|direct debit|withdrawal} {|of {money}} {|on {date}} {i don't
    recognise|i don't recognise|i didn't make|that's wrong|from {firm}}
{want} {transfer|send|move|pay|withdraw|deposit} {money} {|to {name}|from my savings|to account {digit_row}|
    into my {savings|joint} account|abroad}
{want} {open|close|set up|change} {an account|a joint account|a standing order|a direct debit|a savings
    account|my address|my mortgage|a business account|a payment plan}
{my|the} {card|payment|transfer} {was declined|didn't go through|is pending|got swallowed by the machine|
    expires in {month}|hasn't arrived} {|at the {supermarket|petrol station|gas station|atm}|for {money}}
{i'd like|can i get|how much is|i need} a {quote|mortgage|loan|quotation} for {|a} {car insurance|home
    insurance|{money}|travel insurance|life insurance|a house worth {money}|a {year} car}
{want} {make|report|file|check on} a claim {|my policy number is {reference}|for water damage|somebody hit
    my car|from {date}|my {roof|phone|window} was damaged|there's been a break in}
the {meter reading|reading|gas meter|electricity meter} {is|says|shows} {{digit_row}|{count}} | my {gas|
    electricity|water|phone} bill {is too high|has doubled|went up by {percent}|says {money}}
{there's|we've got|we have} {a power cut|no water|a gas leak|a burst pipe|no electricity|a smell of gas|a
    blocked drain} {|in {city}|on {road} {way}|since {time}|at {address}}
i'm moving {house|out|apartments|} {|on {date}|to {address}|{day}} {|and need to {change my address|close
    the account|set up electricity}}
{am i|is that|is it|are we} {covered for {theft|flooding|accidental damage|{country}|my bike}|still insured|
    insured to drive it|tax deductible|included in my policy|in credit} {|if i {cancel|travel|rent it out}}
what {documents|identification|paperwork} do {i|you} need {|to bring|for the {loan|mortgage|account}} | the
    {iban|sort code|routing number} is {digit_row}
can i {pay by {card|cheque|check|cash|instalments|bank transfer}|pay {money} now|split it over {few} months|
    pay on {date}|skip a payment|pay it off early}
{it's|that was|that looks like|i'm worried it's} {fraud|a scam|my mistake|the old price|a duplicate|not my
    signature|before tax|after tax}
""",
    "travel": """
{want} {book|reserve} {a room|a double room|a twin room|a flight|two seats|a taxi|a hire car|a rental car|a
    cab|a train ticket|a cottage} {|for {few} {nights|people}|from {date}|to {city}|from {city} to {city}|
    {slot}}
{do you have|have you got|is there|i'd like} {a family room|a cot|a sea view|a shuttle|breakfast|
    a pool|late check out|a gym|wifi|a lift|an elevator} {|{day}|included|for {few} nights|on {date}}
{what time|when} {is {check in|check out|breakfast|boarding|the next train to {city}|the last bus|the ferry}}
{what time|when} does {the {train|flight|bus|coach|ferry} to {city}|breakfast|the {pool|bar|gym}} {leave|
    start|arrive|close|open|finish}
are there any {rooms|seats|flights|tickets|cabins} {|left|available} {|{day}|to {city}|on {date}|for {few}
    people|under {money}}
{my|our|the} {flight|train|ferry|connection|bus} {|from {city}|to {city}} {was cancelled|is delayed|is
    delayed by {duration}|has been moved to {time}|leaves at {time}|lands at {time}}
{my|our} {luggage|suitcase|bag|passport|boarding pass|visa} {is missing|never arrived|is lost|is still in
    {city}|has expired|was damaged}
{i need|can you send|could i get|i'd like} a {taxi|cab|car|wake up call} {from {address}|to the {airport|
    station|hospital}|at {time}|for {few} people|to {city}|{slot}}
{want} {change|cancel|extend|upgrade} {my|our} {flight|room|reservation|stay|seats|booking|ticket} {|to
    {date}|to {city}|by {few} nights|reference {reference}|under {family}}
{how far|how long|how much} is it {to|from} {the airport|{city}|the beach|the station|the city centre|
    downtown} {|by {train|car|taxi|bus}|on foot}
we're arriving {|in {city}} {{slot}|on {date}|at {time}} {|on flight {reference}|with {few} bags|quite late}
{an aisle|a window|a quiet|an extra} {seat|room|bed} {|please|if possible|near the front|for my {mother|
    son}} | {single|return|one way|round trip} to {city} {|please|leaving {day}}
{the|our} {room|shower|air conditioning|key card|heating|toilet|neighbour} {is too {loud|cold|hot|small}|
    doesn't work|is broken|smells} {|can we {change|move}|we're in {digit_row}}
{we'd like|we want|we're planning} to {go to|visit|fly to|drive through|spend {duration} in} {place} {|in
    {month}|for {duration}|with the kids|next year}
""",
}
