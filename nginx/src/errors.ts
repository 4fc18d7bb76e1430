import { errorsOf, type ErrorCatalog } from '@biolistener/core';

export const NGINX_ERRORS = {
  NGINX_SETTING_INVALID: {
    kind: 'permanent',
    when: 'An option of `biolistener enable` is not what nginx can be told.',
    fix: 'Correct the option that the message names.',
  },
  NGINX_NOT_FOUND: {
    kind: 'permanent',
    when: 'No nginx program is on this machine, neither on PATH nor at the usual places.',
    fix: 'Install nginx (`apt install nginx`), or name it with NGINX_BINARY.',
  },
  NGINX_NO_LAYOUT: {
    kind: 'permanent',
    when: 'The nginx is there, but its configuration includes no directory that we could write to.',
    fix: 'Add `include conf.d/*.conf;` to the http block of nginx.conf, or use the private nginx.',
  },
  NGINX_PORT_TAKEN: {
    kind: 'permanent',
    when: 'The port is held by another program, or by another server block of nginx; the message names it.',
    fix: 'Stop that program, or choose another port.',
  },
  NGINX_FILE_FOREIGN: {
    kind: 'permanent',
    when: 'A file that biolistener did not write stands where it would write.',
    fix: 'Move that file away, then enable again.',
  },
  NGINX_FILE_EDITED: {
    kind: 'permanent',
    when: 'Somebody edited the file that `biolistener enable` wrote.',
    fix: 'Keep the edit elsewhere (options of enable, or a file of your own), then use --force.',
  },
  NGINX_NO_PERMISSION: {
    kind: 'permanent',
    when: 'This user may not write or reload the configuration of nginx.',
    fix: 'Run the command with sudo, or use the private nginx, which needs no root.',
  },
  NGINX_CONFIG_INVALID: {
    kind: 'permanent',
    when: '`nginx -t` refuses the configuration; the former files are back in place.',
    fix: 'Mend what nginx names. When it names a file that is not ours, nginx was broken before.',
  },
  NGINX_RELOAD_FAILED: {
    kind: 'permanent',
    when: 'The nginx did not take the new configuration into force; the former files are back in place.',
    fix: "Read nginx's error log; usually it could not bind the port.",
  },
  NGINX_ROLLBACK_FAILED: {
    kind: 'ours',
    when: 'A change failed and the former files could not be put back; the message lists them.',
    fix: 'Put the listed files right by hand, test with `nginx -t`, then reload.',
  },
  NGINX_START_FAILED: {
    kind: 'permanent',
    when: 'The nginx did not start, or did not answer after its start.',
    fix: 'Read what nginx said in the message and in its error log.',
  },
  NGINX_ALREADY_RUNNING: {
    kind: 'permanent',
    when: 'Another running biolistener owns the private nginx of this data directory.',
    fix: 'Stop that process, or give this one another data directory.',
  },
  NGINX_SITE_UNCLEAR: {
    kind: 'permanent',
    when: 'More than one enabled block fits what was asked.',
    fix: 'Say --site, and --port.',
  },
} as const satisfies ErrorCatalog;

export const raise = errorsOf(NGINX_ERRORS);
