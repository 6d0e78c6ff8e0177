"""The programme of an event: its sessions, choices, speakers and documents."""
