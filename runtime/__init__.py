"""What a process needs to run: settings, resources, Temporal client, logs, secrets."""
