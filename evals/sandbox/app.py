"""The sandbox as one application: the vendors' APIs under their paths, and a window on what was done in them.

    /cal.com/v2/slots, /cal.com/v2/bookings
    /hubspot/crm/v3/objects/contacts/batch/upsert, /hubspot/crm/v3/objects/meetings[/{id}]
    /slack/api/chat.postMessage, /slack/services/{path}
    /hooks/{tool}
    GET /sandbox/effects      every booking, contact, meeting, post and hook, with key and count
    POST /sandbox/reset       forgets them

It is a fake, for tests and demonstrations on one machine: state in memory, no accounts, keys that everybody knows.
"""

from __future__ import annotations

from collections.abc import Sequence

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from evals.sandbox import cal_com, hooks, hubspot, slack
from evals.sandbox.faults import Fault, FaultPlan
from evals.sandbox.limits import CAL_COM_LIMIT, HUBSPOT_LIMIT, SLACK_LIMIT, RateLimiter
from evals.sandbox.service import Vendor, Work, endpoint
from evals.sandbox.state import SandboxState


def make_app(
    state: SandboxState, faults: Sequence[Fault] = (), *, seed: int = 1, limited: bool = True
) -> Starlette:
    """The application over `state`. `limited`: whether the vendors' rate limits hold."""
    plan = FaultPlan(faults, seed)
    calendar, crm, bot, incoming, others = (
        cal_com.CalCom(),
        hubspot.HubSpot(),
        slack.Slack(),
        slack.SlackWebhook(),
        hooks.Hooks(),
    )
    calendar_limit = RateLimiter(CAL_COM_LIMIT if limited else None)
    crm_limit = RateLimiter(HUBSPOT_LIMIT if limited else None)
    chat_limit = RateLimiter(SLACK_LIMIT if limited else None)

    def route(
        method: str, path: str, operation: str, vendor: Vendor, work: Work, limiter: RateLimiter
    ) -> Route:
        served = endpoint(operation, vendor, work, state=state, faults=plan, limiter=limiter)
        return Route(path, served, methods=[method])

    async def effects(request: Request) -> Response:
        return JSONResponse({**state.effects(), "requests": dict(sorted(plan.requests.items()))})

    async def reset(request: Request) -> Response:
        state.clear()
        plan.requests.clear()
        return JSONResponse({"status": "reset"})

    objects = "/hubspot/crm/v3/objects"
    return Starlette(
        routes=[
            route("GET", "/cal.com/v2/slots", "cal.propose_slots", calendar, cal_com.slots, calendar_limit),
            route("POST", "/cal.com/v2/bookings", "cal.create_booking", calendar, cal_com.book, calendar_limit),
            route("GET", "/cal.com/v2/bookings", "cal.find_bookings", calendar, cal_com.bookings, calendar_limit),
            route(
                "POST", f"{objects}/contacts/batch/upsert", "crm.upsert_contact",
                crm, hubspot.upsert_contacts, crm_limit,
            ),
            route("POST", f"{objects}/meetings", "crm.create_meeting", crm, hubspot.create_meeting, crm_limit),
            route("GET", f"{objects}/meetings/{{id}}", "crm.read_meeting", crm, hubspot.read_meeting, crm_limit),
            route(
                "POST", "/slack/api/chat.postMessage", "chat.post_message", bot, slack.post_message, chat_limit
            ),
            route(
                "POST", "/slack/services/{path:path}", "chat.post_message",
                incoming, slack.post_to_webhook, chat_limit,
            ),
            route("POST", "/hooks/{tool}", "webhook", others, hooks.hook, RateLimiter(None)),
            Route("/sandbox/effects", effects, methods=["GET"]),
            Route("/sandbox/reset", reset, methods=["POST"]),
        ]
    )  # fmt: skip
