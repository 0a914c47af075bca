/** The colours of VS Code's charts: every theme has them. */
export const tenantColours = ['red', 'orange', 'yellow', 'green', 'blue', 'purple'] as const;
export type TenantColour = (typeof tenantColours)[number];

/** What is known of a tenant beside its credentials, which lie in the secret storage. */
export interface TenantProfile {
  readonly id: string;
  /** As a person calls it. */
  readonly name: string;
  /** `https://host/api/v1`. */
  readonly api: string;
  readonly colour?: TenantColour;
  /** Read-only until the name is typed; a backup is taken before the first change. */
  readonly protected: boolean;
  /** Of SAP's pages, where a person named it: the API does not say. */
  readonly web?: string;
}
