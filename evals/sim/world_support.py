"""A fake back office of the broadband company that the flow `support` answers for: accounts, lines, bills, orders.

Nothing of it exists: the accounts, their postcodes (there is no area QL) and their telephone numbers (from the range
that Ofcom keeps for fiction) are made up here, and nothing that a call changes is kept after it.

    48270315   01632 960104   QL4 7ZX   3 June 1984        standard, everything usual
    48270326   01632 960117   QL9 2RB   19 November 1971   business, an outage in its area, a charge for extra data
    48270337   01632 960128   QL2 5NE   8 January 1992     plus, a faulty line, a price that has gone up, in contract
    48270348   01632 960128   QL2 5NE   30 March 1990      another account with the same telephone number
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from agent.cognitive.ports import ToolResult
from agent.turn import Json

SUPPORT_TOOLS = {
    "crm.find_account": True,
    "crm.verify_identity": True,
    "status.outage": True,
    "status.line_test": True,
    "billing.explain": True,
    "crm.report_fault": False,
    "crm.move_home": False,
    "crm.apply_offer": False,
    "crm.cancel_service": False,
    "crm.send_reset_link": False,
}
"""The tools of the flow `support`, and whether calling each changes nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Account:
    """A customer, as far as the fake knows one."""

    number: str
    phone: str
    postcode: str
    born: str
    holder: str
    tier: str = "standard"
    outage: bool = False
    faulty: bool = False
    in_contract: bool = False
    bill: str = "usual"
    charges: Mapping[str, str] | None = None


_USUAL_BILL = {"total": "GBP 32.00", "extra": "", "usual": "GBP 32.00"}
_ACCOUNTS = {
    account.number: account
    for account in (
        _Account(
            number="48270315", phone="01632960104", postcode="QL4 7ZX", born="1984-06-03", holder="Robin"
        ),
        _Account(
            number="48270326",
            phone="01632960117",
            postcode="QL9 2RB",
            born="1971-11-19",
            holder="Morgan",
            tier="business",
            outage=True,
            bill="extra_data",
            charges={"total": "GBP 61.50", "extra": "GBP 16.50", "usual": "GBP 45.00"},
        ),
        _Account(
            number="48270337",
            phone="01632960128",
            postcode="QL2 5NE",
            born="1992-01-08",
            holder="Sam",
            tier="plus",
            faulty=True,
            in_contract=True,
            bill="price_rise",
            charges={"total": "GBP 41.00", "extra": "GBP 3.00", "usual": "GBP 38.00"},
        ),
        _Account(number="48270348", phone="01632960128", postcode="QL2 5NE", born="1990-03-30", holder="Ali"),
    )
}
_DONE = ToolResult(ok=True, status="success")


def support_answer(name: str, arguments: Mapping[str, Json], number: int, now: datetime) -> ToolResult:
    """What the tool `name` answers where the scenario says nothing else.

    Args:
        name: one of `SUPPORT_TOOLS`.
        arguments: as they were given.
        number: how many calls of the tool there were before.
        now: the call's wall clock, with its zone.
    """
    if name == "crm.find_account":
        return _found(str(arguments.get("number", "")))
    account = _ACCOUNTS.get(str(arguments.get("account_id", "")))
    if account is None:
        return ToolResult(ok=False, status="error", error=f"{name}: there is no such account")
    return _ANSWERS[name](account, arguments, number, now)


def _found(number: str) -> ToolResult:
    found = [a for a in _ACCOUNTS.values() if number in (a.number, a.phone)]
    if len(found) != 1:
        return ToolResult(ok=False, status="several" if found else "not_found")
    (account,) = found
    value = {"account_id": account.number, "tier": account.tier, "holder": account.holder}
    return ToolResult(ok=True, status="success", value=value)


def _verified(account: _Account, arguments: Mapping[str, Json], number: int, now: datetime) -> ToolResult:
    known = {"postcode": account.postcode, "date_of_birth": account.born}
    told = {name: str(value) for name, value in arguments.items() if name in known and value}
    if told and all(known[name] == value for name, value in told.items()):
        return _DONE
    return ToolResult(ok=False, status="mismatch")


def _outage(account: _Account, arguments: Mapping[str, Json], number: int, now: datetime) -> ToolResult:
    if not account.outage:
        return ToolResult(ok=False, status="no_outage")
    back = (now + timedelta(hours=5)).replace(minute=0, second=0, microsecond=0)
    value = {"cause": "a damaged cable", "back_by": back.isoformat()}
    return ToolResult(ok=True, status="success", value=value)


def _line(account: _Account, arguments: Mapping[str, Json], number: int, now: datetime) -> ToolResult:
    if account.faulty:
        return ToolResult(ok=False, status="fault_found", value={"speed_mbps": "4"})
    return ToolResult(ok=True, status="success", value={"speed_mbps": "67"})


def _bill(account: _Account, arguments: Mapping[str, Json], number: int, now: datetime) -> ToolResult:
    value = {"reason": account.bill, **(account.charges or _USUAL_BILL)}
    return ToolResult(ok=True, status="success", value=value)


def _fault(account: _Account, arguments: Mapping[str, Json], number: int, now: datetime) -> ToolResult:
    visit = (now + timedelta(days=2)).replace(hour=9, minute=0, second=0, microsecond=0)
    value = {"fault_id": f"fault-{number + 1}", "visit": visit.isoformat()}
    return ToolResult(ok=True, status="success", value=value)


def _move(account: _Account, arguments: Mapping[str, Json], number: int, now: datetime) -> ToolResult:
    if not str(arguments.get("postcode", "")).startswith("QL"):
        return ToolResult(ok=False, status="not_covered")
    return ToolResult(ok=True, status="success", value={"order_id": f"order-{number + 1}"})


def _cancelled(account: _Account, arguments: Mapping[str, Json], number: int, now: datetime) -> ToolResult:
    if account.in_contract:
        return ToolResult(ok=False, status="in_contract")
    ends = (now + timedelta(days=30)).date().isoformat()
    return ToolResult(ok=True, status="success", value={"ends": ends})


def _done(account: _Account, arguments: Mapping[str, Json], number: int, now: datetime) -> ToolResult:
    return _DONE


def _sent(account: _Account, arguments: Mapping[str, Json], number: int, now: datetime) -> ToolResult:
    return ToolResult(ok=True, status="success", value={"sent": "yes"})


_ANSWERS: Mapping[str, Callable[[_Account, Mapping[str, Json], int, datetime], ToolResult]] = {
    "crm.verify_identity": _verified,
    "status.outage": _outage,
    "status.line_test": _line,
    "billing.explain": _bill,
    "crm.report_fault": _fault,
    "crm.move_home": _move,
    "crm.apply_offer": _done,
    "crm.cancel_service": _cancelled,
    "crm.send_reset_link": _sent,
}
