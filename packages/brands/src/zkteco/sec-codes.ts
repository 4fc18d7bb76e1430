/**
 * What the security dialect calls by number (protocols/zkteco-push.md §3.10, §4.6). Of events, 0–19 and 200–253 are normal,
 * 20–99 errors, 100–199 alarms; 4000 and up are later extensions.
 */
export const EVENT_MEANINGS: ReadonlyMap<number, string> = new Map(
  Object.entries({
    'normal open': [0, 14, 17],
    'verified in a normally-open period': [1, 16],
    'opened by the first user': [2, 18, 19],
    'opened by several users': [3, 15],
    'opened by the emergency password': [4],
    'opened in a normally-open period': [5],
    'linkage triggered': [6],
    'alarm cancelled': [7],
    'opened from afar': [8],
    'closed from afar': [9],
    'normally-open period switched off for today': [10],
    'normally-open period switched on for today': [11],
    'auxiliary output switched on': [12],
    'auxiliary output switched off': [13],
    'too soon after the last time': [20, 31, 50],
    'outside the time zone': [21, 35, 49],
    'invalid time zone': [22],
    'no access right': [23],
    'anti-passback': [24],
    interlock: [25],
    'waiting for more users': [26, 32, 51],
    'not registered, or wrong password': [27, 30, 34],
    'door left open': [28],
    expired: [29, 33, 53],
    'exit button outside its period': [36],
    'cannot close in a normally-open period': [37],
    'card reported lost': [38],
    'on the blacklist': [39],
    'not all users verified': [40, 48, 52],
    'wrong verify mode': [41],
    'wrong Wiegand format': [42],
    'remote identification failed': [44],
    'remote identification timed out': [45],
    'command failed': [47],
    'battery low': [54],
    'battery must be replaced': [55],
    'normally-open alarm': [58],
    repeated: [61],
    'prohibited user': [62],
    'door locked': [63],
    'reader upgrade failed': [66],
    'temperature too high, denied': [68],
    'no mask, denied': [69],
    'call not answered': [72],
    'QR code invalid': [73],
    'QR code expired': [74],
    'network lost': [77, 78, 79],
    'tampered with': [100],
    duress: [101, 103],
    'forced open': [102],
    'alarm of an invalid card': [104],
    'server unreachable': [105],
    'running on battery': [106],
    'mains failure': [107],
    'master unreachable': [108],
    'reader tampered with': [109],
    'reader offline': [110],
    'PoE lost': [111],
    'expansion board offline': [112],
    'fault of a supervised line': [114, 115, 116, 117, 118, 119, 120, 121],
    'door opened': [200],
    'door closed': [201],
    'exit button': [202],
    'normally-open period ended': [204],
    'held open from afar': [205],
    'terminal started': [206],
    'opened by password': [207],
    'opened by a super user': [208],
    'opened by the fire alarm': [210],
    'closed by a super user': [211],
    'connected to the server': [214],
    'connected to the master': [217],
    'auxiliary input open': [220],
    'auxiliary input shorted': [221],
    'remote identification succeeded': [222],
    doorbell: [224],
    'auxiliary input normal': [225],
    'auxiliary input triggered': [226],
    verified: [232],
    'locked from afar': [233],
    'unlocked from afar': [234],
    'reader online': [237],
    'marker of extended codes': [254],
    'state report': [255],
  }).flatMap(([meaning, codes]) => codes.map((code): [number, string] => [code, meaning])),
);

/** Events by which a person passes: with a PIN they are punches, and no others are (§3.10). */
export const PASS_EVENTS: ReadonlySet<number> = new Set([
  ...[0, 1, 2, 3, 4, 5, 14, 15, 16, 17, 18, 19],
  ...[203, 207, 208, 215, 216, 218, 222, 232],
]);

/** Alarms, and whatever else somebody must hear of: battery low or to be replaced. */
export const isAlertEvent = (event: number): boolean => (event >= 100 && event <= 199) || event === 54 || event === 55;

/** `addrtype`: what `eventaddr` counts. */
export const ADDRESS_TYPES: Readonly<Record<string, string>> = {
  '1': 'device',
  '2': 'door',
  '3': 'reader',
  '4': 'auxiliary input',
  '5': 'auxiliary output',
};

/** Bits of a `NewVFStyles` verify text, from the right, behind the flag that says "all of them". */
export const VERIFY_METHODS = [
  'face',
  'palm print',
  'palm vein',
  'fingerprint',
  'finger vein',
  'voice',
  'iris',
  'retina',
  'password',
  'PIN',
  'card',
] as const;

/** Bits of the alarm byte of one door, from the low end. */
export const DOOR_ALARMS = [
  'forced-open',
  'tamper',
  'duress-password',
  'duress-finger',
  'held-open',
  'mains-failure',
  'battery-failure',
  'reader-tamper',
] as const;

/** What a result code means here; those from −1001 down are shared with attendance terminals. */
export const SEC_RESULT_MEANINGS: Readonly<Record<string, string>> = {
  '-1': 'sending failed inside the terminal',
  '-2': 'no response inside the terminal',
  '-3': 'buffer too small',
  '-4': 'decompression failed',
  '-5': 'wrong length read',
  '-6': 'wrong length after decompression',
  '-7': 'duplicate',
  '-8': 'not authorised',
  '-9': 'checksum differs',
  '-10': 'cannot be resolved',
  '-11': 'bad parameter',
  '-12': 'could not be carried out',
  '-13': 'no such command',
  '-14': 'wrong communication password',
  '-15': 'file could not be written',
  '-16': 'file could not be read',
  '-17': 'no such file',
  '-18': 'no space left on the terminal',
  '-26': 'the template is empty',
  '-27': 'no user with the PIN of the template',
  '-28': 'the door is open by schedule already',
  '-100': 'no such table',
  '-101': 'a field of the condition is missing',
  '-102': 'wrong number of fields',
  '-103': 'wrong order of fields',
  '-104': 'wrong event data',
  '-105': 'wrong data',
  '-106': 'more than 4 MB',
  '-107': 'no structure of the table',
  '-108': 'wrong options',
  '-604': 'out of memory',
  '-612': 'could not be saved',
  '-620': 'wrong format of the data',
  '-621': 'no such field',
  '-628': 'the finger could not be loaded',
  '-629': 'wrong name of a table',
  '-631': 'wrong length of base64',
  '-708': 'not supported by the firmware',
  '-725': 'timeout',
  '-726': 'HTTP error',
  '-730': 'no response from the server',
  '-731': 'receive error',
  '-801': 'wrong form of a command',
  '5000': 'accepted by a master controller; the final result follows',
};

/**
 * Worth another try by itself: trouble inside the terminal or on the network, no memory, a template that came before its
 * user. −3 is a buffer that stays too small here.
 */
export const SEC_FOR_NOW: ReadonlySet<string> = new Set([
  ...['-1', '-2', '-27', '-201', '-202', '-203', '-204', '-205', '-206', '-301', '-604', '-612'],
  ...['-721', '-722', '-725', '-726', '-730', '-731', '-1003', '-1005', '-1007', '-1008'],
]);

/**
 * The terminal has no such table. The lines before the last take what hangs on a person out of tables that not every terminal
 * has; of the command itself it means that nothing was deleted.
 */
export const SEC_NO_TABLE: ReadonlySet<string> = new Set(['-100', '-629']);
