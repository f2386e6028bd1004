"""Pages of HTML that need nothing beside themselves: no network, no script, no other file."""
