"""Numbers as people say them: counts, digits, telephone numbers, dates, times, money, durations."""

from __future__ import annotations

from collections.abc import Sequence

from agent.number_words import SMALL, cardinal, ordinal
from evals.ear.text_grammar import Dice, Rules

_UK_GROUPS = ((5, 3, 3), (5, 6), (3, 4, 4), (4, 3, 4), (4, 7), (5, 2, 2, 2), (3, 3, 3, 2), (11,))
_US_GROUPS = ((3, 3, 4), (3, 3, 2, 2), (3, 7), (10,))


def spoken_digits(digits: Sequence[int], *, zero: str = "oh", runs: bool = True) -> str:
    """The digits one by one; with `runs`, equal neighbours are "double seven" or "triple two"."""
    words: list[str] = []
    at = 0
    while at < len(digits):
        word = zero if digits[at] == 0 else SMALL[digits[at]]
        run = 1
        while runs and run < 3 and at + run < len(digits) and digits[at + run] == digits[at]:
            run += 1
        words.append(("", "double ", "triple ")[run - 1] + word)
        at += run
    return " ".join(words)


def phone(dice: Dice) -> str:
    """A telephone number, British, American or of no country."""
    digits = [dice.below(10) for _ in range(12)]
    zero, runs = dice.pick(("oh", "oh", "zero", "zero", "nought")), dice.chance(0.6)
    kind = dice.below(10)
    if kind < 4:
        digits[0] = 0
        if dice.chance(0.5):
            digits[1] = 7
        return _grouped(digits, dice.pick(_UK_GROUPS), zero=zero, runs=runs)
    if kind < 7:
        front = dice.pick(("", "", "", "one ", "area code ", "plus one "))
        zero = "zero" if zero == "nought" else zero
        return front + _american(dice, digits, zero=zero, runs=runs and dice.chance(0.4))
    if kind == 7:
        front = "plus " + spoken_digits([dice.between(2, 9), dice.below(10)], zero=zero, runs=runs)
        return f"{front} {_grouped(digits, dice.pick(_US_GROUPS), zero=zero, runs=runs)}"
    return _grouped(digits, [dice.between(2, 4) for _ in range(dice.between(1, 3))], zero=zero, runs=runs)


def _grouped(digits: Sequence[int], groups: Sequence[int], *, zero: str, runs: bool) -> str:
    parts, at = [], 0
    for size in groups:
        parts.append(spoken_digits(digits[at : at + size], zero=zero, runs=runs))
        at += size
    return " ".join(parts)


def _american(dice: Dice, digits: list[int], *, zero: str, runs: bool) -> str:
    area = f"{SMALL[digits[0] or 8]} hundred" if dice.chance(0.1) else ""
    area = area or spoken_digits(digits[:3], zero=zero, runs=runs)
    line = spoken_digits(digits[6:10], zero=zero, runs=runs)
    if dice.chance(0.25) and digits[6] > 1 and digits[8] > 1:
        line = f"{cardinal(digits[6] * 10 + digits[7])} {cardinal(digits[8] * 10 + digits[9])}"
    return f"{area} {spoken_digits(digits[3:6], zero=zero, runs=runs)} {line}"


def digit_row(dice: Dice) -> str:
    """Three to eight digits, as in codes and account numbers."""
    digits = [dice.below(10) for _ in range(dice.between(3, 8))]
    return spoken_digits(digits, zero=dice.pick(("oh", "zero")), runs=dice.chance(0.5))


def count(dice: Dice) -> str:
    """A whole number, small ones more often."""
    top = dice.pick((10, 20, 100, 100, 1_000, 10_000, 1_000_000, 20_000_000))
    number = dice.between(1, top)
    if number > 1_000 and dice.chance(0.6):
        number = max(1, round(number, -dice.between(2, len(str(number)) - 1)))
    return cardinal(number, british=dice.chance(0.6))


def tens_count(dice: Dice) -> str:
    """A round number below ten thousand."""
    return cardinal(dice.between(1, 99) * dice.pick((10, 10, 50, 100)), british=dice.chance(0.6))


def pair(dice: Dice) -> str:
    """Two digits: "forty nine"."""
    return cardinal(dice.between(11, 99))


def year(dice: Dice) -> str:
    """A year: "nineteen eighty four", "two thousand and nine", "twenty thirty"."""
    number = dice.between(1930, 2035)
    century, rest = divmod(number, 100)
    if number >= 2000 and (rest < 10 or dice.chance(0.25)):
        return cardinal(number, british=dice.chance(0.6))
    if rest == 0:
        return f"{cardinal(century)} hundred"
    return f"{cardinal(century)} {'oh ' if rest < 10 else ''}{cardinal(rest)}"


def minute(dice: Dice) -> str:
    """The minutes after an hour: "fifteen", "oh five"."""
    number = dice.pick((30, 30, 15, 45, 5, 10, 20, 40, 50, dice.between(1, 59)))
    return f"{'oh ' if number < 10 else ''}{cardinal(number)}"


def decimals(dice: Dice) -> str:
    """A number with a point: "point five", "two point three five"."""
    front = dice.pick(("", "zero ", "nought ", *(f"{cardinal(dice.between(1, 40))} " for _ in range(7))))
    return f"{front}point {spoken_digits([dice.below(10) for _ in range(dice.between(1, 3))], runs=False)}"


NUMBER_RULES: Rules = {
    "phone": phone,
    "digit_row": digit_row,
    "count": count,
    "tens_count": tens_count,
    "pair": pair,
    "year": year,
    "minute": minute,
    "decimals": decimals,
    "digit": lambda dice: dice.pick(SMALL[:10]),
    "few": lambda dice: cardinal(dice.between(2, 12)),
    "rank": lambda dice: ordinal(dice.between(1, 31)),
    "any_rank": lambda dice: ordinal(dice.between(1, 120)),
    "hour": lambda dice: cardinal(dice.between(1, 12)),
    "day_hour": lambda dice: (
        cardinal(dice.between(0, 23)) if dice.chance(0.7) else f"oh {SMALL[dice.between(1, 9)]}"
    ),
    "five_minutes": lambda dice: cardinal(dice.between(1, 5) * 5),
    "weekday": "monday | tuesday | wednesday | thursday | friday | saturday | sunday",
    "weekdays": "{weekday} | {weekday} | {weekday}s | mondays | weekdays | the weekend | weekends",
    "month": "january|february|march|april|may|june|july|august|september|october|november|december",
    "short_month": "{month} | {month} | {month} | sept | jan | feb | oct | nov | dec | aug",
    "season": "spring | summer | autumn | winter | fall | the new year | christmas | easter | thanksgiving",
    "part": "morning | afternoon | evening | night | lunchtime",
    "date": """
the {rank} of {month}
{month} {|the} {rank}
the {rank}
{weekday} the {rank} {|of {month}}
{weekday} {month} {|the} {rank}
the {rank} of {month} {year}
{month} {rank} {year}
{rank} of the {rank} {year}
{rank} {month}
{few} {few} {pair}
""",
    "day": """
today | tomorrow | tonight | yesterday | the day after tomorrow | the other day | the day before yesterday
{|on|next|this|last} {weekday}
{|on|next|this|last} {weekday} {morning|afternoon|evening|night|lunchtime}
{weekday} {week|fortnight} | a week on {weekday} | {weekday} after next | a week {today|tomorrow|from
    {weekday}}
{tomorrow|this|monday|friday} {part}
{next|this|last} {week|month|weekend|year|quarter|spring|summer|autumn|winter}
{early|late|mid|the end of|the beginning of|the middle of} {next week|next month|{month}|the week|{season}}
{date} | {date} | {date}
in {few} {days|weeks|months|minutes|hours} | in a {week|fortnight|month|while|few days|couple of weeks}
the {first|second|third|last} {weekday} {of|in} {month}
{over|before|after|around} {season}
""",
    "time": """
{hour} | {hour} o'clock | {hour} {minute} | {hour} {minute} | {hour} thirty
{half past|quarter past|quarter to|half} {hour} | {a} {quarter|half} {past|to|after|of|till} {hour}
{five_minutes} {past|to|after|till} {hour} | {five_minutes} minutes {past|to} {hour}
{hour} {a m|p m} | {hour} {minute} {a m|p m} | {hour} {in the morning|in the afternoon|in the evening|at
    night}
{noon|midday|midnight|lunchtime|twelve noon} | {day_hour} hundred {|hours} | {day_hour} {minute}
{hour} {minute} {tonight|in the morning|on the dot} | {hour} sharp
""",
    "times": """
{time} | {time}
{around|about|roughly|just before|by|any time after|no later than|{hour} or} {hour} {|thirty|ish}
between {hour} and {hour} | from {hour} to {hour} | {hour} to {hour} | {hour} till {hour} | just after {hour}
""",
    "a": " a | ",
    "slot": """
{day} at {time} | {time} {on} {weekday} | {day} {time} | {weekday} {part} at {time} | {time} {day}
""",
    "on": "on | ",
    "currency": "pounds | pounds | dollars | dollars | euros | quid | pence | cents | bucks | rupees",
    "money": """
{count} {currency} | {tens_count} {pounds|dollars|euros|quid|bucks} | {pair} {pounds|dollars|euros} {|and}
    {pair} {|pence|cents}
{pair} {pair} | {count} {pounds|dollars} {|a|per} {month|year|week|hour|person|night} | {few} {hundred|
    thousand|grand|million|k}
{a hundred|a thousand|a couple of hundred|half a million|a million|fifteen hundred|a few hundred|a fiver|a
    tenner}
{few} and a half {thousand|million} {|pounds|dollars} | {few} {fifty|ninety nine|ninety five|twenty five}
{around|about|up to|under|over|less than|more than|between {few} and} {tens_count} {|pounds|dollars|euros}
{count} {pounds|dollars} {a head|each|plus tax|plus vat|all in|off|cash|in total}
""",
    "percent": """
{pair} percent | {count} percent | {decimals} percent | {few} per cent | {half|three quarters|a third} of it
""",
    "duration": """
{few} {minutes|hours|days|weeks|months|years|seconds} | {pair} {minutes|seconds|days} | a {minute|week|
    month|year|day|second}
{half|a quarter of} an hour | an hour {|and a half|and a quarter|or so|or two} | {few} and a half {hours|
    years|weeks|months}
{few} {to|or} {few} {minutes|hours|days|weeks|months|years} | a {couple of|few} {minutes|hours|days|weeks|
    months|years}
{about|around|at least|almost|nearly|more than|less than|up to} {few} {minutes|hours|days|weeks|months|years}
three quarters of an hour | the whole {day|week|month|year|afternoon} | six months | a fortnight | half a day
""",
    "measure": """
{count} {metres|meters|miles|kilometres|grams|kilos|pounds|litres|inches|feet|degrees|gigabytes|pages|
    people|units}
{decimals} {metres|miles|kilometers|kilos|litres|inches|degrees|million|billion} | {few} by {few} | {pair}
    by {pair}
{few} and {a half|a quarter|three quarters} {miles|inches|pounds|litres} | minus {few} degrees | {few} foot
    {few}
""",
    "ordinal": """
the {any_rank} {floor|time|one|street|avenue|of the month|person|place|chapter|line} | {any_rank}
""",
    "sum": """
{count} {plus|minus|times|divided by|out of|or|and|to} {count} | {few} thirds | half of {count} | twice
    {count}
""",
}
