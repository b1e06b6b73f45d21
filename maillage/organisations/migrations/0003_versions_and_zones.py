from django.db import migrations

TRIGGERS = """
CREATE FUNCTION organisations_keep_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.updated_at := clock_timestamp();
    NEW.version := CASE WHEN TG_OP = 'INSERT' THEN 1 ELSE OLD.version + 1 END;
    RETURN NEW;
END $$;
CREATE TRIGGER keep_version BEFORE INSERT OR UPDATE ON organisations_organisation
    FOR EACH ROW EXECUTE FUNCTION organisations_keep_version();

ALTER TABLE organisations_organisation
    ADD CONSTRAINT organisation_zones_written CHECK (
        zones = '{}' OR array_to_string(zones, ' ', '?')
            ~ '^(france|commune:[0-9][0-9AB][0-9]{3}|epci:[0-9]{9}|(departement|region):[0-9AB]{2,3}|qpv:[A-Z0-9]{4,10})( (france|commune:[0-9][0-9AB][0-9]{3}|epci:[0-9]{9}|(departement|region):[0-9AB]{2,3}|qpv:[A-Z0-9]{4,10}))*$'),
    ADD CONSTRAINT organisation_contacts_listed CHECK (jsonb_typeof(contacts) = 'array');

-- a network that others belong to is one, and nobody belongs to itself
CREATE FUNCTION organisations_check_network() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.from_organisation_id = NEW.to_organisation_id OR NOT EXISTS (
        SELECT FROM organisations_organisation WHERE id = NEW.to_organisation_id AND 'reseau' = ANY (kinds)
    ) THEN
        RAISE check_violation USING MESSAGE = 'organisation ' || NEW.to_organisation_id || ' is not a network for ' || NEW.from_organisation_id,
            CONSTRAINT = 'organisation_belongs_to_networks';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER check_network BEFORE INSERT OR UPDATE ON organisations_organisation_networks
    FOR EACH ROW EXECUTE FUNCTION organisations_check_network();

CREATE FUNCTION organisations_keep_network() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM organisations_organisation_networks WHERE to_organisation_id = NEW.id) THEN
        RAISE check_violation USING MESSAGE = 'others belong to the network ' || NEW.id,
            CONSTRAINT = 'organisation_network_in_use';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER keep_network BEFORE UPDATE OF kinds ON organisations_organisation
    FOR EACH ROW WHEN ('reseau' = ANY (OLD.kinds) AND NOT 'reseau' = ANY (NEW.kinds))
    EXECUTE FUNCTION organisations_keep_network();
"""
NO_TRIGGERS = """
DROP FUNCTION organisations_keep_network() CASCADE;
DROP FUNCTION organisations_check_network() CASCADE;
ALTER TABLE organisations_organisation
    DROP CONSTRAINT organisation_contacts_listed,
    DROP CONSTRAINT organisation_zones_written;
DROP FUNCTION organisations_keep_version() CASCADE;
"""


class Migration(migrations.Migration):
    dependencies = [("organisations", "0002_structures")]
    operations = [migrations.RunSQL(TRIGGERS, NO_TRIGGERS)]
