"""API keys of one's own; administrators also make users, and keys of users."""

from typing import Final
from uuid import UUID

from nicegui import ui

from api.schemas.api_key import ApiKeyOut
from api.schemas.base import Page
from api.schemas.user import PoolOut, UserOut
from dashboard import administration, paths
from dashboard.button import button
from dashboard.element import element, link
from dashboard.form import Form, Values, given
from dashboard.frame import Visit, page, shown_at
from dashboard.table import Column, table
from dashboard.written import count, moment, typed_moment

LIMIT: Final = "200"
SCOPES: Final = {"read": ["read"], "write": ["read", "write"], "admin": ["read", "write", "admin"]}
MAY: Final = {"write": "read and write", "read": "read only", "admin": "everything (administrators)"}


@shown_at(paths.KEYS)
async def keys() -> None:
    """Show one's keys and pools, and to administrators the users."""
    async with page("Users and keys", paths.KEYS) as visit:
        users = await administration.users(visit)
        element("h2", visit.say("Your API keys"))
        await _keys(visit, None, administrates=users is not None)
        await _pools(visit)
        if users is not None:
            _users(visit, users)


@shown_at(paths.USER)
async def user(user_id: UUID) -> None:
    """Show a user's keys to an administrator, who makes and revokes them."""
    async with page("User", paths.KEYS) as visit:
        link(visit.say("To the users"), paths.KEYS)
        known = await administration.users(visit)
        for each in known.data if known else ():
            if each.id == user_id:
                element("p", f"{each.name} · {each.email}", classes="lead")
        element("h2", visit.say("API keys"))
        await _keys(visit, user_id, administrates=known is not None)


async def _keys(visit: Visit, user_id: UUID | None, *, administrates: bool) -> None:
    """Those of a user, or one's own: shown, revoked, made."""
    say = visit.say
    whose = {"userId": str(user_id)} if user_id else {}
    told = await visit.api.page(ApiKeyOut, "/api/api-keys", {"limit": LIMIT, **whose})

    def revoking(each: ApiKeyOut) -> None:
        async def revoke() -> None:
            await visit.api.revoke_key(each.id)
            ui.navigate.reload()

        button(visit, say("Revoke"), revoke, asks=say("Revoke this key? Programs that use it stop at once."))

    columns = (
        Column[ApiKeyOut]("Name", lambda each: each.name),
        Column[ApiKeyOut]("Begins with", lambda each: each.prefix),
        Column[ApiKeyOut]("May", lambda each: ", ".join(say(scope) for scope in each.scopes)),
        Column[ApiKeyOut]("Created", lambda each: moment(each.created_at)),
        Column[ApiKeyOut]("Last used", lambda each: moment(each.last_used_at)),
        Column[ApiKeyOut]("Ends", lambda each: moment(each.expires_at)),
        Column[ApiKeyOut]("Order", revoking),
    )
    table("API keys", columns, told.data, say)
    _new_key(visit, whose, administrates=administrates)


def _new_key(visit: Visit, whose: dict[str, str], *, administrates: bool) -> None:
    say = visit.say
    with Form(visit, name="key") as form:
        form.field("name", say("What the new key is for"))
        form.choice("scopes", say("May"), {name: say(MAY[name]) for name in MAY if administrates or name != "admin"})
        form.field("expiresAt", say("Ends"), kind="datetime-local", hint=say("Empty: never."))
    shown = element("p", role="status", classes="secret")

    async def send(values: Values) -> None:
        order: dict[str, object] = {"name": values.get("name", ""), "scopes": SCOPES[values["scopes"]], **whose}
        if ends := values.get("expiresAt"):
            order["expiresAt"] = typed_moment(ends)
        made = await visit.api.create_key(order)
        shown.text = say("The new key, shown this once: {key}", key=made.key)

    form.button(say("Make a key"), send)


async def _pools(visit: Visit) -> None:
    say = visit.say
    element("h2", say("Pools"))
    told = await visit.api.page(PoolOut, "/api/pools", {"limit": LIMIT})
    columns = (
        Column[PoolOut]("Pool", lambda each: each.name),
        Column[PoolOut]("Members", lambda each: count(len(each.members)), numeric=True),
        Column[PoolOut]("Active services", lambda each: count(each.active_services), numeric=True),
        Column[PoolOut]("Created", lambda each: moment(each.created_at)),
    )
    table("Pools", columns, told.data, say)


def _users(visit: Visit, told: Page[UserOut]) -> None:
    say = visit.say
    element("h2", say("Users"))

    def keys_of(each: UserOut) -> None:
        link(say("Keys"), paths.user(each.id), aria_label=say("Keys of {name}", name=each.name))

    columns = (
        Column[UserOut]("Name", lambda each: each.name),
        Column[UserOut]("Address", lambda each: each.email),
        Column[UserOut]("Role", lambda each: say(each.role)),
        Column[UserOut]("Created", lambda each: moment(each.created_at)),
        Column[UserOut]("API keys", keys_of),
    )
    table("Users", columns, told.data, say)
    with Form(visit, name="user") as form:
        form.field("name", say("Name"))
        form.field("email", say("Address"), kind="email")
        form.choice("role", say("Role"), {"member": say("member"), "admin": say("admin")})

    async def send(values: Values) -> None:
        made = await visit.api.create_user(given(values))
        ui.navigate.to(paths.user(made.id))  # who has just come needs a key

    form.button(say("Add a user"), send)
