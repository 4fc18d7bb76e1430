/** What firmware of this family does differently; each switch stands in protocols/aiface-websocket.md §13. */
export interface AifaceProfile {
  readonly name: string;
  readonly model: string;
  readonly firmware: string;
  readonly fpalgo: string;
  readonly fingers: number;
  readonly faces: number;
  readonly cards: number;
  /** Records of one `sendlog`. */
  readonly batch: number;
  /** Seconds between two tries to connect. */
  readonly reconnectSeconds: number;
  /** `mode` of a face. */
  readonly faceMode: number;
  /** Acknowledged only when `count` and `logindex` come back. */
  readonly isStrict: boolean;
  readonly countMode: 'total' | 'page' | 'zero';
  readonly toMode: 'incl' | 'excl';
  /** What follows the last page. */
  readonly endStyle: 'empty' | 'repeat' | 'false' | 'silent';
  readonly replyWithCmdKey: boolean;
  /** No answer to words that it does not know. */
  readonly silentUnknown: boolean;
  readonly adminAsString: boolean;
  readonly enrollidAsString: boolean;
  readonly trailingSpaceKeys: boolean;
  readonly dataUriPrefix: boolean;
  /** Every batch goes out twice. */
  readonly duplicateBatch: boolean;
  /** Only the first punch of a person and day goes out by itself. */
  readonly firstPunchOnly: boolean;
  readonly noGetnewlog: boolean;
  /** Seconds between greetings on one socket; 0: none but the first. */
  readonly regHeartbeat: number;
}

const BASE: AifaceProfile = {
  name: 'ai06',
  model: 'AI06',
  firmware: 'ai806_f06v_v5.17',
  fpalgo: 'thbio3.0',
  fingers: 3000,
  faces: 3000,
  cards: 3000,
  batch: 50,
  reconnectSeconds: 5,
  faceMode: 8,
  isStrict: true,
  countMode: 'page',
  toMode: 'incl',
  endStyle: 'empty',
  replyWithCmdKey: false,
  silentUnknown: false,
  adminAsString: false,
  enrollidAsString: false,
  trailingSpaceKeys: false,
  dataUriPrefix: false,
  duplicateBatch: false,
  firstPunchOnly: false,
  noGetnewlog: false,
  regHeartbeat: 0,
};

/** The default first; what is known of each stands in §10. */
export const AIFACE_PROFILES: ReadonlyMap<string, AifaceProfile> = new Map(
  [
    BASE,
    {
      ...BASE,
      name: 'tfs30',
      model: 'TFS30',
      firmware: 'TH900_click V5.0',
      countMode: 'total',
      toMode: 'excl',
      adminAsString: true,
      silentUnknown: true,
      isStrict: false,
    } as const,
    {
      ...BASE,
      name: 'aif43v',
      model: 'AiF43V',
      firmware: 'AiF43V_v4.50',
      fingers: 0,
      cards: 0,
      batch: 18,
      countMode: 'zero',
      regHeartbeat: 20,
      enrollidAsString: true,
      dataUriPrefix: true,
    } as const,
  ].map((profile) => [profile.name, profile]),
);

export function getAifaceProfile(name: string): AifaceProfile {
  const profile = AIFACE_PROFILES.get(name);
  if (!profile) throw new RangeError(`no AiFace profile is called ${name}`);
  return profile;
}
