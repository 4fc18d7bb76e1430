import { errorsOf, type ErrorCatalog } from '@biolistener/core';

export const ERPNEXT_ERRORS = {
  ERPNEXT_UNREACHABLE: {
    kind: 'transient',
    when: 'The site could not be reached, or gave no answer in time.',
    fix: 'Check the address and the network; deliveries wait and go out by themselves.',
  },
  ERPNEXT_BUSY: {
    kind: 'transient',
    when: 'The site is overloaded or out of order, limits requests, or is in maintenance.',
    fix: 'Nothing: deliveries wait as long as the site asks and go out by themselves.',
  },
  ERPNEXT_KEY_REFUSED: {
    kind: 'permanent',
    when: 'The site refuses the API key, or the user of the key lacks a right.',
    fix: 'Set a valid key (it may have been rotated) and give its user the rights of docs/erpnext.md; deliveries wait.',
  },
  ERPNEXT_NOT_THERE: {
    kind: 'permanent',
    when: 'The address leads to no site, or to a site without Frappe HR.',
    fix: 'Check the address and the site name; install the hrms app on the site. Deliveries wait.',
  },
  ERPNEXT_REFUSED: {
    kind: 'permanent',
    when: 'The site understood the request and said no.',
    fix: 'Read the reason that is shown with it; docs/erpnext.md lists the usual ones.',
  },
  ERPNEXT_WRONG_TIMES: {
    kind: 'permanent',
    when: 'The site would store a check-in with another time than the punch has.',
    fix: 'Give the user write access at permission level 1 on Employee Checkin, or correct the time zone setting.',
  },
  ERPNEXT_BAD_ANSWER: {
    kind: 'transient',
    when: 'The answer was not what ERPNext says, for instance the page of a proxy.',
    fix: 'Check that the address is that of the site itself, without a sign-in page in front.',
  },
  ERPNEXT_RIGHTS_MISSING: {
    kind: 'permanent',
    when: 'The user of the key may not set up the site.',
    fix: 'Run it with the key of a System Manager; docs/install-erpnext.md lists the rights.',
  },
  ERPNEXT_NAME_TAKEN: {
    kind: 'permanent',
    when: 'The site has a DocType of the same name that belongs to another app.',
    fix: 'Uninstall that app, or rename its DocType; docs/install-erpnext.md says what to do with its data.',
  },
  ERPNEXT_STEP_REFUSED: {
    kind: 'permanent',
    when: 'The site refused one step of the installation; the steps before it are done.',
    fix: 'Read the reason that is shown with it, mend it, and run the same command again: it goes on where it stopped.',
  },
  ERPNEXT_NOT_VERIFIED: {
    kind: 'permanent',
    when: 'Something was written to the site and reads back differently.',
    fix: 'Somebody or a customisation of the site changes it: look at what is named, then run it again.',
  },
  ERPNEXT_DEFINITIONS: {
    kind: 'ours',
    when: 'The definitions of the Frappe app cannot be read.',
    fix: 'The folder apps/frappe is missing or damaged: install Biolistener again.',
  },
} as const satisfies ErrorCatalog;

export const erpnextError = errorsOf(ERPNEXT_ERRORS);
export type ErpNextErrorCode = keyof typeof ERPNEXT_ERRORS;
