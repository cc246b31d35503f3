/** Platforms, applications, numbers, places and integrations. */
export interface InventoryTables {
  platform: {
    id: string;
    account_id: string;
    gateway_id: string;
    platform_id: string;
    host_lc: string;
    platform_type: string | null;
    system_family: string | null;
    document: string;
    reported_at: string;
  };
  application: {
    id: string;
    account_id: string;
    gateway_id: string;
    application_id: string;
    platform_id: string | null;
    type: string;
    version: string | null;
    licence_type: string | null;
    licence_expires_at: string | null;
    document: string;
    reported_at: string;
  };
  /** A block of extensions; ends of equal length, compared as text. `source` is the contract's NumberSource. */
  extension_range: {
    id: string;
    account_id: string;
    pbx_id: string;
    lower_end: string;
    upper_end: string;
    source: string;
    location_id: string | null;
    updated_at: string;
    revision: number;
  };
  /** A direct-dial number or a range of them; the ends are the digits without the plus sign. */
  did: {
    id: string;
    account_id: string;
    pbx_id: string;
    number: string;
    number_to: string | null;
    lower_end: string;
    upper_end: string;
    target: string | null;
    target_to: string | null;
    source: string;
    location_id: string | null;
    updated_at: string;
    revision: number;
  };
  /** When the numbers of a PBX were read, and how many entries did not fit into the message. */
  number_reading: { pbx_id: string; account_id: string; read_at: string; omitted: number };
  /** A place; `address` is the contract's LocationAddress. */
  location: {
    id: string;
    account_id: string;
    name: string;
    name_lc: string;
    city_lc: string;
    address: string;
    updated_at: string;
    revision: number;
  };
  gateway_location: { gateway_id: string; account_id: string; location_id: string };
  /** What an account chose from the catalogue of integrations. */
  integration: { account_id: string; kind: string; added_at: string };
  /** Gateways and PBXs (`subject`) that were switched off on the way to deleting them. */
  integration_off: { account_id: string; subject: string; at: string };
}
