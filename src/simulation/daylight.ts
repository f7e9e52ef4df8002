const DAY = 86_400_000;
const RADIAN = Math.PI / 180;

/** Height of the sun in degrees at a time (ms since 1970; UTC is taken as solar time) and a latitude in degrees. */
export function sunElevation(time: number, latitude: number): number {
  const dayOfYear = ((time / DAY) % 365.2425) + 1;
  const hourAngle = ((time % DAY) / DAY - 0.5) * 360 * RADIAN;
  const declination = -23.44 * RADIAN * Math.cos((2 * Math.PI * (dayOfYear + 10)) / 365.2425);
  const phi = latitude * RADIAN;
  const sine =
    Math.sin(phi) * Math.sin(declination) + Math.cos(phi) * Math.cos(declination) * Math.cos(hourAngle);
  return Math.asin(sine) / RADIAN;
}

/** Global irradiance in W/m² under a cloudless sky at a sun elevation in degrees (Haurwitz 1945). */
export function clearSkyIrradiance(elevation: number): number {
  const sine = Math.sin(elevation * RADIAN);
  return sine <= 0.01 ? 0 : 1098 * sine * Math.exp(-0.057 / sine);
}
