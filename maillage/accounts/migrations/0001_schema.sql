ALTER TABLE accounts_user ENABLE ROW LEVEL SECURITY;
ALTER TABLE accounts_user FORCE ROW LEVEL SECURITY;
CREATE POLICY oneself_or_purpose ON accounts_user USING (
    id = maillage_user_id() OR maillage_purpose() IN ('sign-in', 'mail', 'freshness', 'administration')
);
