import { FrappeError, PageError, thrown } from './frappe-error.ts';

/** The failures of erpnext-contract.md §1.2, §1.4 and §2.4 that more than one place raises. */

export const authenticationFailure = (): FrappeError =>
  new FrappeError({ status: 401, type: 'AuthenticationError', text: '' });

export const badBasicToken = (): FrappeError => {
  const text = 'Failed to decode token, please provide a valid base64-encoded token.';
  return thrown(text, { type: 'InvalidAuthorizationToken', status: 400 });
};

export const documentMissing = (doctype: string, name: string): FrappeError =>
  new FrappeError({
    status: 404,
    type: 'DoesNotExistError',
    text: `${doctype} ${name} not found`,
    messages: [{ message: `${doctype} ${name} not found` }],
    isThrown: true,
    hasTrace: false,
  });

/** DELETE of a missing name: no message at all. Also any unknown route under /api/. */
export const bareMissing = (): FrappeError =>
  new FrappeError({ status: 404, type: 'DoesNotExistError', text: '', hasTrace: false });

export const listOfUnknownDoctype = (doctype: string): FrappeError =>
  new FrappeError({
    status: 404,
    type: 'DoesNotExistError',
    text: `DocType ${doctype} not found`,
    messages: [{ message: `DocType ${doctype} not found` }],
    isThrown: true,
    hasTrace: false,
  });

/** One document of an unknown DocType. This is what a missing Frappe HR looks like. */
export const unknownDoctype = (doctype: string): FrappeError =>
  new FrappeError({
    status: 500,
    type: 'ImportError',
    text: `Module import failed for ${doctype}, the DocType you're trying to open might be deleted.`,
    module: '',
  });

export const notWhitelisted = (method: string): FrappeError => {
  const text = `<details><summary>You are not permitted to access this resource.</summary>Function <strong>${method}</strong> is not whitelisted.</details>`;
  return thrown(text, { type: 'PermissionError', status: 403, title: 'Method Not Allowed' });
};

export const wrongVerb = (): FrappeError => thrown('Not permitted', { type: 'PermissionError', status: 403 });

const roleText = (user: string, doctype: string): string =>
  `User <strong>${user}</strong> does not have doctype access via role permission for document <strong>${doctype}</strong>`;

const permissionFailure = (message: string, explanation: string): FrappeError =>
  new FrappeError({
    status: 403,
    type: 'PermissionError',
    text: explanation,
    messages: [{ message }],
    explanation,
  });

export const noListPermission = (user: string, doctype: string): FrappeError =>
  permissionFailure(roleText(user, doctype), `No permission for ${doctype}`);

export function noDocumentPermission(
  user: string,
  doctype: string,
  action: string,
  name: string,
  isV14: boolean,
): FrappeError {
  const message = `${roleText(user, doctype)}<br>User <strong>${user}</strong> does not have access to this document`;
  const explanation = isV14
    ? `Insufficient Permission for ${doctype} (<strong>${action}</strong>)`
    : `You need the '${action}' permission on <strong>${doctype}</strong> ${name} to perform this action.`;
  return permissionFailure(message, explanation);
}

export const noDeletePermission = (doctype: string, name: string): FrappeError =>
  thrown(`User not allowed to delete ${doctype}: ${name}`, { type: 'PermissionError', status: 403 });

/** `frappe.only_for`: the whole method is for a role. */
export const onlyFor = (role: string): FrappeError =>
  thrown(`This action is only allowed for <strong>${role}</strong>`, {
    type: 'PermissionError',
    status: 403,
    title: 'Insufficient Permissions',
  });

export const missingArgument = (method: string, argument: string): FrappeError =>
  new FrappeError({
    status: 500,
    type: 'TypeError',
    text: `${method}() missing 1 required positional argument: '${argument}'`,
    module: '',
  });

export const unknownColumn = (column: string, place: string): FrappeError =>
  operationalError(`(1054, "Unknown column '${column}' in '${place}'")`);

export const operationalError = (text: string): FrappeError =>
  new FrappeError({ status: 500, type: 'OperationalError', text, module: 'pymysql.err' });

export const fieldNotPermitted = (field: string): FrappeError =>
  thrown(`Field not permitted in query: ${field}`, { type: 'DataError' });

export const jsonDecodeError = (text: string): FrappeError =>
  new FrappeError({ status: 500, type: 'JSONDecodeError', text, module: 'json.decoder' });

export const keyError = (key: string): FrappeError =>
  new FrappeError({ status: 500, type: 'KeyError', text: `'${key}'`, module: '' });

export const methodNotAllowed = (): PageError =>
  new PageError(405, 'Method Not Allowed', 'The method is not allowed for the requested URL.');

export const bodyTooLarge = (): PageError =>
  new PageError(413, 'Request Entity Too Large', 'The data value transmitted exceeds the capacity limit.');

export const unknownSite = (name: string): PageError =>
  new PageError(404, 'Not Found', '', `<h1>Not Found</h1><p>${escapeHtml(name)} does not exist</p>`);

export const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (sign) => `&#${sign.codePointAt(0) ?? 63};`);
