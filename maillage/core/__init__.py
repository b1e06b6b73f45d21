"""What every app stands on and no word of the domain: database, acting user, history, jobs, mail, imports, tiles."""
