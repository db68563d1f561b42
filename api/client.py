"""The REST client of the command line, the dashboard and of programs: a typed call for each of the API's they make.

async with ApiClient("http://127.0.0.1:8080", key) as api:
    task = await api.submit_task({"name": "…", "contactListId": …, "templateId": …})
"""

from api.client_account import AccountCalls
from api.client_campaign import CampaignCalls
from api.client_contact import ContactCalls
from api.client_statistics import StatisticsCalls
from api.client_system import SystemCalls
from api.client_task import TaskCalls


class ApiClient(TaskCalls, CampaignCalls, ContactCalls, AccountCalls, StatisticsCalls, SystemCalls):
    """The calls of one installation."""
