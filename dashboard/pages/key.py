"""API keys of one's own, and for administrators the users and pools."""

from typing import Final

from nicegui import ui

from api.client_errors import ApiError
from api.schemas.api_key import ApiKeyOut
from api.schemas.user import PoolOut, UserOut
from dashboard import paths
from dashboard.button import button
from dashboard.element import element
from dashboard.form import Form, Values, given
from dashboard.frame import Visit, page
from dashboard.table import Column, table
from dashboard.written import count, moment

LIMIT: Final = "200"
SCOPES: Final = {"read": ["read"], "write": ["read", "write"], "admin": ["read", "write", "admin"]}


@ui.page(paths.KEYS)
async def keys() -> None:
    """Show keys, users and pools."""
    async with page("Users and keys", paths.KEYS) as visit:
        await _keys(visit)
        await _pools(visit)
        await _users(visit)


async def _keys(visit: Visit) -> None:
    say = visit.say
    element("h2", say("Your API keys"))
    told = await visit.api.page(ApiKeyOut, "/api/api-keys", {"limit": LIMIT})

    def revoking(each: ApiKeyOut) -> None:
        async def revoke() -> None:
            await visit.api.revoke_key(each.id)
            ui.navigate.reload()

        button(visit, say("Revoke"), revoke, asks=say("Revoke this key? Programs that use it stop at once."))

    columns = (
        Column[ApiKeyOut]("Name", lambda each: each.name),
        Column[ApiKeyOut]("Begins with", lambda each: each.prefix),
        Column[ApiKeyOut]("May", lambda each: ", ".join(say(scope) for scope in each.scopes)),
        Column[ApiKeyOut]("Last used", lambda each: moment(each.last_used_at)),
        Column[ApiKeyOut]("Ends", lambda each: moment(each.expires_at)),
        Column[ApiKeyOut]("Order", revoking),
    )
    table("Your API keys", columns, told.data, say)
    with Form(visit) as form:
        form.field("name", say("What the new key is for"))
        scopes = {"write": say("read and write"), "read": say("read only"), "admin": say("everything (administrators)")}
        form.choice("scopes", say("May"), scopes)
    shown = element("p", role="status")

    async def send(values: Values) -> None:
        made = await visit.api.create_key({"name": values.get("name", ""), "scopes": SCOPES[values["scopes"]]})
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


async def _users(visit: Visit) -> None:
    """For administrators only: others are told nothing."""
    say = visit.say
    try:
        told = await visit.api.page(UserOut, "/api/users", {"limit": LIMIT})
    except ApiError as error:
        if error.status != 403:
            raise
        return
    element("h2", say("Users"))
    columns = (
        Column[UserOut]("Name", lambda each: each.name),
        Column[UserOut]("Address", lambda each: each.email),
        Column[UserOut]("Role", lambda each: say(each.role)),
        Column[UserOut]("Created", lambda each: moment(each.created_at)),
    )
    table("Users", columns, told.data, say)
    with Form(visit) as form:
        form.field("name", say("Name"))
        form.field("email", say("Address"), kind="email")
        form.choice("role", say("Role"), {"member": say("member"), "admin": say("admin")})

    async def send(values: Values) -> None:
        await visit.api.create_user(given(values))
        ui.navigate.reload()

    form.button(say("Add a user"), send)
