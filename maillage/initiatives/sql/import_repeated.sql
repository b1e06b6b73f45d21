-- Takes out the lines whose key an earlier line of the file has, all keys being noted. No parameter.
-- Returns: line, first line, key, whether the key was given.
DELETE FROM incoming USING seen
WHERE seen.key = incoming.key AND seen.line < incoming.line
RETURNING incoming.line, seen.line, incoming.key, key_given
