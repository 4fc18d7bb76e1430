import { describe, expect, test } from '@jest/globals';
import { zkteco } from './index.ts';
import { inputOf, SERIAL } from './test-kit.ts';

const claims = (target: string): boolean => zkteco.claims(inputOf('GET', target));
const identify = (method: string, target: string, body = ''): object => zkteco.identify(inputOf(method, target, body));

describe('which requests are of this brand', () => {
  test.each([
    '/iclock/cdata?SN=1',
    '/ICLOCK/GetRequest?SN=1',
    '/iclock/iclock/cdata.aspx',
    '/t/secret/iclock/ping/',
    'http://adms.example.test/iclock/cdata?SN=1',
    '//iclock//cdata',
    '/iclock/',
  ])('%s is claimed', (target) => expect(claims(target)).toBe(true));

  test.each([
    '/',
    '/iclock',
    '/api/punches?next=/iclock/cdata',
    'http://iclock/pub/chat',
    '*',
    '',
    'adms.example.test:443',
    '/myiclock/cdata',
  ])('%s is not claimed', (target) => expect(claims(target)).toBe(false));
});

describe('who speaks, and about what', () => {
  test.each([
    ['GET', `/iclock/getrequest?SN=${SERIAL}`, 'getrequest', true],
    ['GET', `/iclock/getrequest.aspx/?sn=${SERIAL}`, 'getrequest', true],
    ['GET', `http://h/x/iclock/getrequest?SN=${SERIAL}`, 'getrequest', true],
    ['GET', `/iclock/getrequest?SN=${SERIAL}&INFO=,1`, 'getrequest', false],
    ['POST', `/iclock/getrequest?SN=${SERIAL}`, 'getrequest', false],
    ['GET', `/iclock/ping?SN=${SERIAL}`, 'ping', true],
    ['GET', `/iclock/cdata?SN=${SERIAL}`, 'cdata/handshake', false],
    ['POST', `/iclock/cdata?SN=${SERIAL}&Table=attlog`, 'cdata/ATTLOG', false],
    ['POST', `/iclock/cdata?SN=${SERIAL}&table=${'x'.repeat(500)}`, `cdata/unknown:${'x'.repeat(48)}`, false],
    ['POST', `/iclock/devicemd.aspx?SN=${SERIAL}`, 'devicecmd', false],
    ['GET', `/iclock/xyz?SN=${SERIAL}`, 'unknown:/iclock/xyz', false],
    ['PUT', `/iclock/cdata?SN=${SERIAL}&table=ATTLOG`, 'unknown:/iclock/cdata', false],
  ])('%s %s is %s, poll: %s', (method, target, operation, isPoll) => {
    const isGreeting = operation === 'cdata/handshake';
    const key = isGreeting ? { sharedKey: '' } : {};
    expect(identify(method, target)).toEqual({ serialNumber: SERIAL, operation, isPoll, ...key });
  });

  test.each([
    ['pushcommkey=0123456789abcdef0123456789abcdef', '0123456789abcdef0123456789abcdef'],
    ['ComKey=88888888', '88888888'],
    ['PushCommKey=a%2Bb+c', 'a+b+c'],
    ['pushver=2.4.1', ''],
  ])('a greeting with %s shows the key "%s", and nothing else shows one', (query, key) => {
    expect(identify('GET', `/iclock/cdata?SN=${SERIAL}&options=all&${query}`)).toHaveProperty('sharedKey', key);
    expect(identify('GET', `/iclock/getrequest?SN=${SERIAL}&${query}`)).not.toHaveProperty('sharedKey');
  });

  test('a percent sign in the serial number is decoded, and the same number twice is no contradiction', () => {
    expect(identify('GET', '/iclock/ping?SN=TST%39&sn=TST9')).toMatchObject({ serialNumber: 'TST9' });
  });

  test.each([
    ['/iclock/ping', 'missing'],
    ['/iclock/ping?SN=', 'missing'],
    ['/iclock/ping?SN=a%20b', 'malformed'],
    ['/iclock/ping?SN=../../etc', 'malformed'],
    [`/iclock/ping?SN=${'A'.repeat(65)}`, 'malformed'],
    ['/iclock/ping?SN=A&SN=B', 'contradictory'],
    ['/iclock/ping?SN=A&sn=a', 'contradictory'],
  ])('%s has a serial number that is %s', (target, problem) => {
    expect(identify('GET', target)).toMatchObject({ serialNumber: undefined, problem, isPoll: false });
  });

  test.each([
    ['devicecmd', 'ID=1\nSN=TST7\nCMD=GetFile\nReturn=2\nContent=SN=TST8', 'TST7'],
    ['devicecmd', 'ID=1&Return=0&CMD=INFO\n~SerialNumber=TST7\n', 'TST7'],
    ['cdata?table=options', 'MAC=1,~SerialNumber=TST7,A=2', 'TST7'],
    ['cdata?table=ATTPHOTO', 'PIN=x.jpg\nsn=TST7\nCMD=realupload\0\nSN=TST8', 'TST7'],
  ])('a POST to %s without SN in its query finds it in its body', (path, body, serialNumber) => {
    expect(identify('POST', `/iclock/${path}`, body)).toMatchObject({ serialNumber });
  });

  test('a sub-device named in a result line is not the speaker', () => {
    expect(identify('POST', '/iclock/devicecmd', 'ID=1&Return=0&SN=SUB1&CMD=DATA')).toMatchObject({
      problem: 'missing',
    });
  });

  test('the body is not searched when the query says who speaks', () => {
    expect(identify('POST', '/iclock/cdata?SN=A&table=ATTPHOTO', 'SN=B\n\0x')).toMatchObject({ serialNumber: 'A' });
  });
});
