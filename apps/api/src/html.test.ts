import { expect, test } from '@jest/globals';
import { html, Markup } from './html.ts';

const HOSTILE = `<script>alert("x")</script> & 'y'`;
const HARMLESS = '&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt; &amp; &#39;y&#39;';

test('text is escaped, in an element and in an attribute', () => {
  expect(html`<b title="${HOSTILE}">${HOSTILE}</b>`.text).toBe(`<b title="${HARMLESS}">${HARMLESS}</b>`);
});

test('what is markup already is not escaped again', () => {
  expect(html`<p>${html`<i>${'a & b'}</i>`}${new Markup('<hr>')}</p>`.text).toBe('<p><i>a &amp; b</i><hr></p>');
});

test('lists of markup stand one after the other, absent parts are empty, numbers are shown', () => {
  expect(html`${[html`<i>1</i>`, html`<i>2</i>`]}|${[]}|${undefined}|${0}`.text).toBe('<i>1</i><i>2</i>|||0');
});
