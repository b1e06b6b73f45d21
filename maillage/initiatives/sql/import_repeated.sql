-- Takes out the lines whose key an earlier line of the file has, all keys being noted. No parameter.
-- Returns: line, first line, key, whether the key was given.
DELETE FROM incoming USING seen
WHERE seen.digest = hashtextextended(key, 0) AND seen.other_digest = hashtextextended(key, 1) AND seen.line < incoming.line
RETURNING incoming.line, seen.line, key, key_given
