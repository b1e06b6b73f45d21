-- Takes out the lines whose fiche was merged into another: importing again does not bring it back. Parameter: origin.
-- Returns: line, the title of the fiche that was kept.
DELETE FROM incoming USING initiatives_merge merge
JOIN initiatives_initiativeevent gone ON gone.pgh_obj_id = merge.merged_id AND gone.pgh_label = 'before_delete'
JOIN initiatives_initiative kept ON kept.id = merge.into_id
WHERE gone.origin = %(origin)s AND gone.origin_key = incoming.key
  AND NOT EXISTS (SELECT FROM matched WHERE matched.line = incoming.line)
RETURNING incoming.line, kept.title
