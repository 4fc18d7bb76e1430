import { textOf } from './document.ts';
import { escapeHtml } from './failures.ts';
import { renderAddedDoctypes } from './page-doctypes.ts';
import { type Column, newestFirst, table } from './page-table.ts';
import type { Site } from './site.ts';

const SHOWN_CHECKINS = 200;

const STYLE = `
:root{color-scheme:light dark;--line:#8884}
body{font:16px/1.5 system-ui,sans-serif;margin:0 auto;max-width:70rem;padding:1rem}
h1{font-size:1.4rem;margin:.2rem 0}h2{font-size:1.1rem;margin:1.5rem 0 .5rem}
.notice{border:2px solid #b45309;border-radius:.4rem;padding:.5rem .8rem}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;padding:.35rem .6rem;border-bottom:1px solid var(--line);overflow-wrap:anywhere}
th{white-space:nowrap}
@media(max-width:40rem){
thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
tr{display:block;border-bottom:1px solid var(--line);padding:.4rem 0}
td{display:flex;gap:.6rem;border:0;padding:.1rem 0}
td::before{content:attr(data-label);flex:0 0 7rem;opacity:.75}
}`;

const CHECKIN_COLUMNS: readonly Column[] = [
  { label: 'Time', field: 'time' },
  { label: 'Employee', field: 'employee' },
  { label: 'Name', field: 'employee_name' },
  { label: 'Log type', field: 'log_type' },
  { label: 'Device', field: 'device_id' },
  { label: 'Shift', field: 'shift' },
  { label: 'Stored', field: 'creation' },
  { label: 'Check-in', field: 'name' },
];

const EMPLOYEE_COLUMNS: readonly Column[] = [
  { label: 'Employee', field: 'name' },
  { label: 'Name', field: 'employee_name' },
  { label: 'Device ID', field: 'attendance_device_id' },
  { label: 'Status', field: 'status' },
];

/** The page for people: what the sandbox holds, newest first, renewed every five seconds. No assets from elsewhere. */
export function renderPage(site: Site): string {
  const checkins = [...site.store.all('Employee Checkin')].toSorted(newestFirst);
  const employees = [...site.store.all('Employee')].toSorted((a, b) =>
    textOf(a, 'name') < textOf(b, 'name') ? -1 : 1,
  );
  const more = checkins.length > SHOWN_CHECKINS ? `, the newest ${SHOWN_CHECKINS} are shown` : '';
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="5">
<title>ERPNext sandbox</title>
<style>${STYLE}</style>
</head>
<body>
<header>
<h1>ERPNext sandbox: not a real site</h1>
<p class="notice">This imitates ERPNext for trying out and for tests. Nothing here reaches any ERPNext.</p>
<p>Version profile ${escapeHtml(site.profile.name)}, site time zone ${escapeHtml(site.timeZone)}. All times are in that zone.</p>
</header>
<main>
<h2>Check-ins (${checkins.length}${more})</h2>
${table(CHECKIN_COLUMNS, checkins.slice(0, SHOWN_CHECKINS), 'No check-ins yet. They appear here as soon as a punch is delivered.')}
<h2>Employees (${employees.length})</h2>
${table(EMPLOYEE_COLUMNS, employees, 'No employees.')}
${renderAddedDoctypes(site)}
</main>
</body>
</html>
`;
}
