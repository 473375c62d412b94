"""Everyday telephone talk: friends, family, work, school, plans, errands, jobs, complaints about the day."""

from __future__ import annotations

from evals.ear.text_grammar import Rules

CHAT_RULES: Rules = {
    "kin": """
mum | mom | dad | your {mother|father|sister|brother|uncle|aunt} | grandma | grandpa | nan | my {wife|
    husband|son|daughter|flatmate|roommate|boss|landlord|neighbour|cousin|girlfriend|boyfriend|
    ex} | the {kids|children|neighbours} | {first} | {first} | {first} and {first} | {title}
    {family}
""",
    "errand": """
pick up the {kids|dry cleaning|parcel|prescription|keys|cake}|walk the dog|do the shopping|get some {milk|
    bread|petrol|gas|batteries|eggs|coffee}|fix the {sink|fence|printer|bike}|call the {bank|school|plumber|
    vet}|post a letter|mail a letter|wash the car|water the plants|pay the rent|book the {tickets|flights|
    hall}|clean the {oven|windows|kitchen}|take the bins out|take out the trash
""",
    "pastime": """
a film|a movie|a concert|a drink|lunch|dinner|brunch|a walk|a swim|a bike ride|the match|the game|the
    market|the beach|a barbecue|the cinema|the theatre|bowling|the party|yoga|karaoke|a coffee
""",
    "mood": """
tired|happy|worried|furious|excited|a bit down|over the moon|exhausted|fine|nervous|bored|stressed|relieved|
    homesick|hungry|confused|embarrassed|proud|ill|much better|sick of it|grateful
""",
    "chat": """
do you {fancy|want to go for|feel like} {pastime} {|{day}|at {time}|with {first}|in {city}|after work|some
    time}
{i'm|we're} {meeting|seeing|visiting|picking up|having lunch with} {kin} {|{day}|at {time}|in {city}|{slot}|
    at the {station|airport|pub|mall|library|corner}}
{did you|have you} {hear|heard} {about|from} {kin} {|{who} moved to {place}|lately|since
    {month}}
{could you|can you|please|don't forget to|i have to|i need to|i forgot to|i'm just going to|will you}
    {errand} {|on the way home|before {time}|{day}|for me|and {errand}}
{i'm|she's|he's|we're all|they're|you sound} {|so|really|pretty|quite|a little} {mood} {|today|about the
    {exam|wedding|move|interview|results|test}|at the moment|because of {kin}|to be honest}
{my|the} {train|bus|flight|lift|subway|class|meeting|interview|shift|lecture} {|was} {late|is at {time}|
    starts at {time}|got cancelled|took {duration}|was a disaster|went really well|finishes at {time}}
what {are you|is everyone} {doing|up to|having|wearing|cooking|planning} {{day}|tonight|for {christmas|easter|
    thanksgiving|your birthday|dinner|lunch}|at the weekend}
{happy birthday|congratulations|merry christmas|happy new year|good luck|get well soon|well done} {|{first}|
    to you both|from all of us|on the {baby|job|house|exam}|for {day}}
{kin} {passed the driving test|got the job|lost the keys|broke an arm|had a baby|is moving to {place}|won
    the raffle|failed maths|bought a {boat|dog|house|van}|started school|retired|got engaged}
{how's|how is} {the {new job|weather|baby|family|garden|house|leg}|{kin}|work|school|everything|life in
    {city}} {|these days|over there|going}
{i'm|we're} {stuck in traffic|on the bus|at the station|on my way|in the car|nearly there|outside|at the
    till|in the bath|still at work|lost|parking} {|i'll be there in {duration}|near {city}|so start without
    me|can you hear me}
{call|ring|text|phone} me {when you {get home|land|finish|wake up|arrive|have time}|{day}|after {time}|if
    anything changes|as soon as you know}
{let's|shall we|why don't we} {go to|meet for|skip|organise|plan} {pastime} {|{day}|instead|together|like we
    used to|and invite {kin}}
{it's|it was} {raining|snowing|boiling hot|freezing|so windy|foggy|lovely|miserable|minus {few} degrees|
    {pair} degrees} {|here|in {city}|all {day|week|weekend}|outside|and dark by {time}}
the {recipe|instructions|bill|label|book|sign|letter|manual} says {count} {grams|minutes|pages|degrees|
    pounds|miles|people|times} {|but that can't be right|not {count}}
i {|really|still|just} {love|hate|miss|need|want|remember|dream of|can't stand|got|bought} {that|the|a new|
    my old|your} {dress|car|song|house|dog|job|teacher|restaurant|bike|coat|guitar|phone|kitchen|tent|mug}
    {|so much|in {city}|from {year}|you gave me}
{you'll never guess|guess} {what {happened|i found|{first} said}|who i {met|saw|bumped into}} {|{day}|at
    {pastime}|in {city}}
{we|they|she|he} {went|drove|flew|moved|walked|sailed|cycled} to {place} {|in {year}|{day}|for {duration}|
    with {kin}|for the first time}
{is|was|will} {kin} {|be} {coming|there|home|at {pastime}|still awake|all right|with you} {|{day}|at {time}|
    too|as well}
i've been {working|waiting|sleeping|reading|cooking|painting|studying|cleaning|running|thinking} {for
    {duration}|since {time}|all day|all night|a lot lately}
{i think|i guess|i hope|i heard|i doubt|apparently|maybe|they say} {kin} {will|won't|might|can|can't|should}
    {come|help|be late|call|mind|win|move out|pay {money}|sell the {house|car|boat}|retire in {year}}
{i'm applying|i'd like to apply} for the {job|position|course|grant|vacancy} {|as a {driver|nurse|teacher|
    waiter|cleaner|carer|receptionist|cook}|i saw online|in {city}|that closes on {date}}
{my|his|her} {son|daughter|child} {first} {|in year {few}|in {rank} grade} {won't be in school|is off sick|
    forgot the lunch|has a dentist appointment|needs the form|will be late} {|{day}}
{there's been|i want to report|i saw} {an accident|a fire|a break in|a fight|a fallen tree|a gas leak} {on|
    near} {road} {way} {|in {city}|{duration} ago|send help please}
it's {too|so|not that|rather|a bit} {far|heavy|loud|early|late|expensive|spicy|cold|complicated|quiet|
    boring|crowded|salty|easy} {|for {me|us|them|a child|a {weekday}}|isn't it|don't you think|at this time
    of year}
{sorry|i'm sorry} i {missed your call|didn't call back|forgot your birthday|was late|woke you up|shouted at
    you|couldn't come|lost track of time} {|{day}|i was {asleep|driving|at work|in a meeting}|my phone was
    dead}
{anyway|right then|okay then|listen|look} {i have to go|i'd better go|i'll let you go|talk to you {day}|give
    my love to {kin}|see you at {time}|someone's at the door|dinner's ready|the train's here}
""",
}
