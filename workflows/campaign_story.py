"""A campaign in plain words, for who opens it in the Temporal Web UI."""

from contracts.campaign import CampaignSurvey, RoundSurvey


def round_summary(survey: CampaignSurvey, begun: RoundSurvey) -> str:
    """What one child workflow is."""
    return f"Round {begun.round_no} of {len(survey.rounds)}: {survey.name}"


def details(survey: CampaignSurvey) -> str:
    """Where the campaign stands, as Markdown."""
    begun = sum(each.began_at is not None for each in survey.rounds)
    first = f"**{survey.name or 'Campaign'}** is {survey.status}: {begun} of {len(survey.rounds)} rounds have begun."
    return "\n\n".join([first, *(_round(survey, each) for each in survey.rounds)])


def _round(survey: CampaignSurvey, each: RoundSurvey) -> str:
    name = f"Round {each.round_no}"
    if each.began_at is not None:
        state = "has ended" if each.ended else f"{each.open:,} open"
        return f"{name}: {each.sent:,} of {each.total:,} sent, {state}."
    if survey.status == "cancelled":
        return f"{name} will not begin."
    if survey.status == "paused":
        return f"{name} waits until the campaign is resumed."
    if each.due_at is None:
        return f"{name} begins when mails of the round before are old enough."
    return f"{name} begins on {each.due_at:%Y-%m-%d %H:%M} UTC."
