"""Chinese for every text of the pages, by the English one; a file per subject, `whole` puts them together."""
