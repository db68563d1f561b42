"""What came in: reads a raw mail into a `contracts.inbound.Reading`. Pure; broken mails are read as far as they go."""
