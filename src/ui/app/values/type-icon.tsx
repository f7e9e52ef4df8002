import {
  IconActivity,
  IconAdjustmentsHorizontal,
  IconAlertTriangle,
  IconBattery2,
  IconBolt,
  IconBuilding,
  IconBulb,
  IconCamera,
  IconCloud,
  IconCube,
  IconDoor,
  IconDroplet,
  IconDropletFilled,
  IconFlame,
  IconGauge,
  IconLeaf,
  IconLock,
  IconMapPin,
  IconNfc,
  IconPalette,
  IconPlant2,
  IconPropeller,
  IconRun,
  IconServer2,
  IconSettingsAutomation,
  IconSun,
  IconTemperature,
  IconToggleLeft,
  IconVolume,
  IconWind,
  IconWindow,
} from '@tabler/icons-react';
import { type TypeKind, typeKind } from './type-kind.ts';

const icons: Readonly<Record<TypeKind, typeof IconCube>> = {
  servient: IconServer2,
  irrigation: IconDropletFilled,
  soil: IconPlant2,
  weather: IconCloud,
  temperature: IconTemperature,
  heat: IconFlame,
  humidity: IconDroplet,
  gas: IconLeaf,
  fan: IconPropeller,
  wind: IconWind,
  lamp: IconBulb,
  light: IconSun,
  colour: IconPalette,
  motion: IconRun,
  door: IconDoor,
  window: IconWindow,
  lock: IconLock,
  camera: IconCamera,
  rfid: IconNfc,
  battery: IconBattery2,
  energy: IconBolt,
  pressure: IconGauge,
  sound: IconVolume,
  alarm: IconAlertTriangle,
  place: IconMapPin,
  building: IconBuilding,
  controller: IconSettingsAutomation,
  switch: IconToggleLeft,
  level: IconAdjustmentsHorizontal,
  sensor: IconActivity,
  thing: IconCube,
};

/** An icon for the `@type`s of a Thing or affordance, a plain one where none is known. */
export function TypeIcon({
  types,
  title,
  size = 20,
}: {
  readonly types: readonly string[];
  /** Tells where the types tell only of a sensor or an actuator. */
  readonly title?: string;
  readonly size?: number;
}) {
  const Icon = icons[typeKind(types, title)];
  return <Icon size={size} stroke={1.6} aria-hidden style={{ flex: 'none' }} />;
}
