-- Notes the keys of the lines at hand, each with the first line that has it. No parameter.
INSERT INTO seen (key, line) SELECT key, line FROM incoming ORDER BY line ON CONFLICT DO NOTHING
