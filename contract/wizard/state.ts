/** How far the set-up of a gateway is, on its disk: the same in every browser, after a reload and after a reboot. */
import { z } from 'zod';
import { Instant } from '../ids.ts';

/** Embedded: the gateway runs beside one known PBX or platform (ONB-3, ONB-15). */
export const Variant = z.enum(['standalone', 'embedded']);
export type Variant = z.infer<typeof Variant>;

/** The steps of both variants; `sync` stands for `pbx` and `connect` in the embedded one (ONB-14, ONB-15). */
export const StepId = z.enum(['gateway', 'pbx', 'connect', 'sync', 'deployment', 'advanced', 'overview']);
export type StepId = z.infer<typeof StepId>;

/** The steps of each variant in their order. */
export const STEPS: Readonly<Record<Variant, readonly StepId[]>> = {
  standalone: ['gateway', 'pbx', 'connect', 'deployment', 'advanced', 'overview'],
  embedded: ['gateway', 'sync', 'deployment', 'advanced', 'overview'],
};

/** What the set-up waits for, in the words that people meet (ONB-7 to ONB-12). */
export const OnboardingStatus = z.enum([
  'No gateway detected',
  'Configure gateway',
  'Add PBX',
  'Sync PBX',
  'Connect the PBX',
  'Deployment',
  'Onboarding Complete',
]);
export type OnboardingStatus = z.infer<typeof OnboardingStatus>;

const Line = z
  .string()
  .trim()
  .max(128)
  .regex(/^\P{Cc}*$/u, 'must be one line');

/** The site of a gateway (ONB-17); country is ISO 3166-1 alpha-2. */
export const WizardSite = z.strictObject({
  name: Line.min(1, 'is needed'),
  address: Line.default(''),
  city: Line.min(1, 'is needed'),
  country: z.string().regex(/^[A-Z]{2}$/, 'must be a country such as AT'),
  province: Line.default(''),
  postalCode: Line.max(32).default(''),
  /** IANA name; what it was when left out. */
  timeZone: z.string().max(64).refine(isZone, 'must be a time zone such as Europe/Vienna').optional(),
});
export type WizardSite = z.infer<typeof WizardSite>;

function isZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

const ErrorText = z.object({ code: z.string(), message: z.string(), nextStep: z.string() });

/** `GET /api/wizard`; also the answer to every change of it. */
export const WizardAnswer = z.looseObject({
  /** Grows with every change. A change names the one that it was made from. */
  revision: z.int().min(0),
  variant: Variant,
  status: OnboardingStatus,
  /** An error of the gateway that is told beside the status (ONB-13). */
  problem: ErrorText.nullable(),
  /** A version that waits to be installed (ONB-13). */
  updateAvailable: z.string().nullable(),
  completedAt: Instant.nullable(),
  /** `done` comes from what is so (claimed, a PBX is there, a sync succeeded), or was said by Next where nothing tells. */
  steps: z.array(z.object({ id: StepId, state: z.enum(['done', 'current', 'open']), optional: z.boolean() })),
  /** Empty texts before it was entered; `saved` once it was. */
  site: z.looseObject({
    saved: z.boolean(),
    name: z.string(),
    address: z.string(),
    city: z.string(),
    country: z.string(),
    province: z.string(),
    postalCode: z.string(),
    timeZone: z.string(),
  }),
  /** The account of this gateway; null until an admin has confirmed it (ONB-6, ONB-37). */
  account: z.looseObject({ id: z.string(), name: z.string(), consoleUrl: z.string().nullable() }).nullable(),
  /** Whether Complete leads to the list of users (ONB-38). */
  openUsers: z.boolean(),
  /** Whether somebody set the password of the local pages. */
  hasPassword: z.boolean(),
});
export type WizardAnswer = z.infer<typeof WizardAnswer>;

/** Every change names the revision that was on the screen: 409 `wizard.changed` when another browser was quicker. */
const Based = z.strictObject({ revision: z.int().min(0) });

/** `PUT /api/wizard/site` */
export const SiteChange = Based.extend({ site: WizardSite });
export type SiteChange = z.infer<typeof SiteChange>;

/** `POST /api/wizard/steps/:step`: Next was pressed. Harmless twice, and out of order. */
export const StepDone = Based.extend({ openUsers: z.boolean().optional() });
export type StepDone = z.infer<typeof StepDone>;

/** `POST /api/wizard/complete`: ends the set-up and the set-up secret. 409 `wizard.incomplete` names what is missing. */
export const WizardComplete = Based;
export type WizardComplete = z.infer<typeof WizardComplete>;
