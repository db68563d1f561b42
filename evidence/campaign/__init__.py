"""The demo of a campaign: recipients with known habits live through three rounds, and every class of them is counted.

What is expected comes from the habits alone (`expected`), what is counted from the API, the mailboxes and the journal
(`counted`); neither knows the other.
"""
