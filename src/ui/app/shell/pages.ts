import {
  IconDeviceDesktopAnalytics,
  IconFileCode,
  IconHome,
  IconLayoutDashboard,
  IconTerminal2,
} from '@tabler/icons-react';
import type { messages } from './messages.ts';

/** The pages that the navigation names, in its order, and the key that leads there after `g`; services bring theirs here when they exist. */
export const pages = [
  { to: '/', key: 'o', label: 'overview', icon: IconHome, exact: true },
  { to: '/things', key: 't', label: 'things', icon: IconDeviceDesktopAnalytics, exact: false },
  { to: '/app/dashboards', key: 'd', label: 'dashboards', icon: IconLayoutDashboard, exact: false },
  { to: '/app/console', key: 'c', label: 'console', icon: IconTerminal2, exact: false },
  { to: '/app/editor', key: 'e', label: 'editor', icon: IconFileCode, exact: false },
] as const satisfies readonly {
  readonly label: keyof (typeof messages)['en'];
  readonly [more: string]: unknown;
}[];
