"""Names and what is spelled: people, letters, emails, postcodes, addresses, references."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from agent.number_words import SMALL, cardinal
from evals.ear.text_grammar import Dice, Maker, Rules
from evals.ear.text_numbers import spoken_digits

LISTS = Path(__file__).parents[2] / "corpora" / "ear"
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
# The spelling alphabets of the radio, of the old telephone, and of the kitchen table.
_ALPHABET = [
    words.replace("_", " ").split(",")
    for words in (
        "alpha,apple,andrew,able,adam bravo,bob,boy,baker,ball charlie,cat,charles,cup delta,dog,david,daddy"
        " echo,edward,easy,egg foxtrot,freddie,fox,frank golf,george,girl,green hotel,harry,henry,house"
        " india,isaac,indigo,ink,ice juliet,john,jack,jam,jelly kilo,king,kate,kite lima,lucy,london,larry,lemon"
        " mike,mother,mary,monkey november,nelly,nancy,nothing,nut oscar,oliver,orange,ocean papa,peter,paul,pizza"
        " quebec,queen,quick,quiet romeo,robert,roger,rabbit sierra,sugar,sam,snake,sally tango,tommy,tom,tiger"
        " uniform,uncle,umbrella,under victor,violet,vicky,van whiskey,william,water,winter x_ray,xylophone"
        " yankee,yellow,young,york zulu,zebra,zoo,zero"
    ).split()
]
_AREAS = (
    "a b|a l|b|b a|b b|b d|b h|b l|b n|b r|b s|c a|c b|c f|c h|c m|c r|c t|c v|d a|d e|d h|d n|d t"
    "|d y|e|e c|e h|e n|e x|f y|g|g l|g u|h a|h d|h g|h p|h u|h x|i g|i p|i v|k t|k y|l|l a|l e|l n"
    "|l s|l u|m|m e|m k|n|n e|n g|n n|n p|n r|n w|o l|o x|p e|p l|p o|p r|r g|r h|r m|s|s a|s e|s g"
    "|s k|s l|s m|s n|s o|s r|s s|s t|s w|t a|t n|t q|t r|t s|t w|u b|w|w a|w c|w d|w f|w n|w r|w s"
    "|w v|y o|z e"
).split("|")


@cache
def listed(file: str, kind: str) -> tuple[str, ...]:
    """The members of one kind in a list file: its lines are "kind: member, member, ..."."""
    members: list[str] = []
    for line in (LISTS / file).read_text(encoding="utf-8").splitlines():
        name, _, values = line.partition(":")
        if name == kind:
            members += [value.strip() for value in values.split(",") if value.strip()]
    return tuple(members)


def spelled(word: str, *, doubles: bool = False) -> str:
    """The letters of a word; with `doubles`, two equal ones are "double l"."""
    letters = [letter for letter in word if letter.isalpha()]
    words: list[str] = []
    for letter in letters:
        if doubles and words and words[-1] == letter:
            words[-1] = f"double {letter}"
        else:
            words.append(letter)
    return " ".join(words)


def by_alphabet(dice: Dice, word: str) -> str:
    """Letters explained: "b for bravo", "m as in mother"."""
    link = dice.pick(("for", "for", "as in", "like", "is for"))
    radio = dice.chance(0.5)
    parts = []
    for letter in (letter for letter in word if letter.isalpha()):
        names = _ALPHABET[_LETTERS.index(letter)]
        parts.append(f"{letter} {link} {names[0] if radio else dice.pick(names)}")
    return " ".join(parts)


def _explained(dice: Dice) -> str:
    return by_alphabet(dice, "".join(dice.pick(_LETTERS) for _ in range(dice.pick((1, 1, 1, 2, 3)))))


def _radio(dice: Dice) -> str:
    return " ".join(dice.pick(_ALPHABET)[0] for _ in range(dice.between(1, 5)))


def _letter_row(dice: Dice) -> str:
    return " ".join(dice.pick(_LETTERS) for _ in range(dice.between(1, 5)))


def _reference(dice: Dice) -> str:
    """Letters and digits in mixed order: "a b three four nine"."""
    zero, runs = dice.pick(("oh", "zero")), dice.chance(0.5)
    parts = []
    for at in range(dice.between(1, 3)):
        if (at + dice.below(3)) % 2 == 0:
            parts.append(" ".join(dice.pick(_LETTERS) for _ in range(dice.between(1, 3))))
        else:
            digits = [dice.below(10) for _ in range(dice.between(1, 4))]
            parts.append(spoken_digits(digits, zero=zero, runs=runs))
    return dice.pick((" ", " ", " ", " dash ")).join(parts)


def _postcode(dice: Dice) -> str:
    district = dice.between(1, 30)
    spoken = cardinal(district) if dice.chance(0.5) else spoken_digits([int(char) for char in str(district)])
    letters = "abdefghjlnpqrstuwxyz"
    tail = f"{SMALL[dice.below(10)]} {dice.pick(letters)} {dice.pick(letters)}"
    if dice.chance(0.08):
        spoken += f" {dice.pick(letters)}"
    return f"{dice.pick(_AREAS)} {spoken} {tail}"


def _zip_code(dice: Dice) -> str:
    return spoken_digits(
        [dice.below(10) for _ in range(5)], zero=dice.pick(("oh", "zero")), runs=dice.chance(0.2)
    )


def _first(dice: Dice) -> str:
    return dice.pick(listed("names.txt", "first"))


def _family(dice: Dice) -> str:
    return dice.pick(listed("names.txt", "family"))


def _told_letters(maker: Maker) -> Maker:
    """A name followed by its letters."""

    def told(dice: Dice) -> str:
        name = maker(dice)
        link = dice.pick(("", "", "that's", "that is", "spelled", "spelt", "it's", "and that's spelled"))
        short = len(name) <= 4 and dice.chance(0.2)
        letters = by_alphabet(dice, name) if short else spelled(name, doubles=dice.chance(0.6))
        return f"{name} {link} {letters}"

    return told


def _letters_of(maker: Maker) -> Maker:
    return lambda dice: spelled(maker(dice), doubles=dice.chance(0.6))


def _from(file: str, kind: str) -> Maker:
    return lambda dice: dice.pick(listed(file, kind))


NAME_RULES: Rules = {
    "first": _first,
    "family": _family,
    "explained": _explained,
    "radio": _radio,
    "letter": lambda dice: dice.pick(_LETTERS),
    "letters": _letter_row,
    "reference": _reference,
    "postcode": _postcode,
    "zip": _zip_code,
    "told_first": _told_letters(_first),
    "told_family": _told_letters(_family),
    "letters_of_family": _letters_of(_family),
    "letters_of_first": _letters_of(_first),
    "city": _from("places.txt", "city"),
    "country": _from("places.txt", "country"),
    "region": _from("places.txt", "region"),
    "road": _from("places.txt", "road"),
    "way": _from("places.txt", "way"),
    "name": """
{first} | {first} {family} | {first} {family} | {first} {family} | {title} {family} | {first} {letter}
    {family}
""",
    "title": "mr | mrs | miss | ms | doctor | professor | mister | missus | sir",
    "spelled_name": """
{first} {told_family} | {told_family} | {told_first} | {told_first} {family}
{first} {family} {|that's} {letters_of_family} | {letters_of_family} | {letters_of_first}
{first} with {a|an} {letter} | {family} with {a double|two} {letter} | {first} as in {first} | {family} with
    no {letter}
{letter} {letter} double {letter} {letter} | double {letter} {|{letter}} | capital {letter} {letters}
""",
    "place": "{city} | {city} | {city} | {city} in {country} | {country} | {region} | {city} {region}",
    "house": """
{count_small} | {count_small} | {count_small} {letter} | flat {count_small} | apartment {count_small}
    {letter}
""",
    "count_small": lambda dice: cardinal(dice.between(1, dice.pick((20, 100, 400)))),
    "address": """
{house} {road} {way} | {house} {road} {way} {city} | {house} {road} {way} {city} {postcode}
{house} {road} {way} {city} {region} {zip} | {house} {any_rank} {street|avenue} | the {road} {building|
    centre|arms|house} {city}
unit {count_small} {road} {business park|industrial estate|retail park} | {count_small} {road} {way}
    {postcode}
""",
    "mail_user": """
{first} {dot|underscore|dash|} {family} | {first} {family} {pair} | {first} {digit_row} | {letter} dot
    {family} | {first}
{letters_of_family} | {first} dot {family} {pair} | {family} dot {first} | {mail_box} | {letter} {family} |
    {first} {letters}
{letters_of_first} {|dot|underscore} {family} | the {family} family | {first} {year} | {first} dot {letter}
    dot {family}
""",
    "mail_box": """
info|hello|sales|bookings|office|accounts|support|contact|admin|team|enquiries|billing|reception
""",
    "mail_host": """
gmail dot com | outlook dot com | hotmail dot com | yahoo dot com | icloud dot com | live dot com | proton
    mail dot com
gmail dot com | hotmail dot co dot uk | yahoo dot co dot uk | b t internet dot com | a o l dot com | g mail
    dot com | me dot com
{family} {|and sons|dash {family}} dot {com|co dot uk|org|net|co|io} | {road} {school|clinic|design|studio}
    dot {com|org|co dot uk|e d u|edu}
the {road} {group|company|agency} dot {com|net|co dot uk|e u|i e|ie} | {letters} dot {com|org|ac dot uk|gov dot
    uk}
""",
    "email": "{mail_user} at {mail_host}",
    "site": "{w w w dot|triple w dot||} {mail_host} {|slash {mail_box}|forward slash {mail_box}}",
}
