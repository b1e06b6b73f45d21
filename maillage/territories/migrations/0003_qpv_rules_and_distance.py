from django.db import migrations

# distances are asked on the spheroid; the index of the contours in degrees cannot answer them
CREATE = """
CREATE INDEX territories_qpv_geography ON territories_qpv USING gist ((contour::geography));

ALTER TABLE territories_qpv
    ADD CONSTRAINT qpv_contour_is_drawn CHECK (ST_IsValid(contour) AND NOT ST_IsEmpty(contour)),
    ADD CONSTRAINT qpv_schematic_has_its_own_codes CHECK (is_schematic = (code LIKE 'EX%')),
    ADD CONSTRAINT qpv_code_is_of_its_generation CHECK (
        is_schematic
        OR (generation = 2015 AND code ~ '^QP[0-9]{2}[0-9AB][0-9]{3}$')
        OR (generation = 2024 AND code ~ '^QN[0-9A-Z]{4,8}$')
    );
"""
DROP = """
ALTER TABLE territories_qpv
    DROP CONSTRAINT qpv_code_is_of_its_generation,
    DROP CONSTRAINT qpv_schematic_has_its_own_codes,
    DROP CONSTRAINT qpv_contour_is_drawn;
DROP INDEX territories_qpv_geography;
"""


class Migration(migrations.Migration):
    dependencies = [("territories", "0002_commune_type_nom")]
    operations = [migrations.RunSQL(CREATE, DROP)]
