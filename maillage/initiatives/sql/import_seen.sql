-- Notes the keys of the lines at hand, each with the first line that has it. No parameter.
INSERT INTO seen (digest, other_digest, line)
SELECT hashtextextended(key, 0), hashtextextended(key, 1), line FROM incoming ORDER BY line
ON CONFLICT DO NOTHING
