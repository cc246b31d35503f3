/** SIP trunks and their health. */
export interface TrunksTables {
  /** One end of a trunk as its gateway last told it; `document` is the contract's TrunkEndHealth. */
  trunk_health: {
    trunk_id: string;
    end: string;
    account_id: string;
    gateway_id: string;
    state: string;
    since: string | null;
    document: string;
    told_at: string;
  };
  /** Five minutes of one end of a trunk; `slot` counts them since 1970. */
  trunk_history: {
    trunk_id: string;
    end: string;
    account_id: string;
    slot: number;
    tries: number;
    answered: number;
    accepted: number;
    average_ms: number;
    worst_ms: number;
  };
  /** A SIP trunk; `settings` is the contract's TrunkSettings. */
  trunk: {
    id: string;
    account_id: string;
    gateway_id: string;
    pbx_id: string;
    name: string;
    name_lc: string;
    host_lc: string;
    port: number;
    settings: string;
    created_at: string;
    updated_at: string;
    revision: number;
  };
}
