export type ProfileName = 'v14' | 'v15' | 'v16';

/** How one release of Frappe and Frappe HR differs from the others; every switch is a line of erpnext-contract.md. */
export interface Profile {
  readonly name: ProfileName;
  readonly frappe: string;
  readonly erpnext: string;
  readonly hrms: string;
  /** v14 sets `exc_type` only for errors that went through `frappe.throw` (§2.4). */
  readonly namesEveryError: boolean;
  /** Routes as Werkzeug rules: 405 and 404 for wrong verbs, `/api/v1`, `/api/v2` (§1.4). v14 answers a silent 200. */
  readonly hasStrictRoutes: boolean;
  /** v14 answers a POST with its nulls (§2.1). */
  readonly omitsNullsOnPost: boolean;
  /** A link that feeds `fetch_from` is checked for existence (§2.5). */
  readonly checksFetchingLinks: boolean;
  /** Field names containing `_seen` and friends vanish from lists (§0.3 no. 9). */
  readonly hasSeenTrap: boolean;
  readonly hasTextAggregates: boolean;
  readonly hasCoordinates: boolean;
  /** Frappe HR after early 2025: whole seconds, frozen times, `offshift`, coordinates in the RPC (§3.1–§3.5). */
  readonly isNewerHrms: boolean;
  readonly forbidsCaching: boolean;
  /** Where the desk lives: `/app` or `/desk` (§2.9). */
  readonly desk: string;
}

const V15: Profile = {
  name: 'v15',
  frappe: '15.55.1',
  erpnext: '15.90.0',
  hrms: '15.33.0',
  namesEveryError: true,
  hasStrictRoutes: true,
  omitsNullsOnPost: true,
  checksFetchingLinks: false,
  hasSeenTrap: true,
  hasTextAggregates: true,
  hasCoordinates: true,
  isNewerHrms: false,
  forbidsCaching: false,
  desk: '/app',
};

const PROFILES: Readonly<Record<ProfileName, Profile>> = {
  v14: {
    ...V15,
    name: 'v14',
    frappe: '14.93.2',
    erpnext: '14.83.0',
    hrms: '14.35.0',
    namesEveryError: false,
    hasStrictRoutes: false,
    omitsNullsOnPost: false,
    hasCoordinates: false,
  },
  v15: V15,
  v16: {
    ...V15,
    name: 'v16',
    frappe: '16.0.0-dev',
    erpnext: '16.0.0-dev',
    hrms: '16.0.0-dev',
    checksFetchingLinks: true,
    hasSeenTrap: false,
    hasTextAggregates: false,
    isNewerHrms: true,
    forbidsCaching: true,
    desk: '/desk',
  },
};

export const isProfileName = (name: string): name is ProfileName => Object.hasOwn(PROFILES, name);

/** The profile of a release. `isNewerHrms` overrides its age of Frappe HR: a v15 site may have an HRMS of 2025. */
export function profileOf(name: ProfileName, isNewerHrms?: boolean): Profile {
  const profile = PROFILES[name];
  if (isNewerHrms === undefined || isNewerHrms === profile.isNewerHrms) return profile;
  const hrms = name === 'v15' && isNewerHrms ? '15.45.0' : profile.hrms;
  return { ...profile, isNewerHrms, hrms };
}
