import {
  IconAlertTriangle,
  IconBroadcast,
  IconCircleCheck,
  IconCircleX,
  IconHourglass,
  IconPlayerStop,
} from '@tabler/icons-react';

/** The icon and the colour of what came of a call, and of a stream that goes on. */
export const outcomeLooks = {
  running: { icon: IconHourglass, state: 'pending' },
  streaming: { icon: IconBroadcast, state: 'fresh' },
  ok: { icon: IconCircleCheck, state: 'fresh' },
  misfit: { icon: IconAlertTriangle, state: 'stale' },
  failed: { icon: IconCircleX, state: 'rejected' },
  stopped: { icon: IconPlayerStop, state: 'stale' },
} as const;
