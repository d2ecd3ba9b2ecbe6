/** The flat ground of the city: metres east and north of an origin, good to a few decimetres over 20 km. */

export interface Point {
  /** Metres east of the origin. */
  readonly x: number;
  /** Metres north of the origin. */
  readonly y: number;
}

export interface LatLng {
  readonly lat: number;
  readonly lng: number;
}

/** Metres in a degree of the mean Earth sphere (IUGG mean radius 6,371,008.8 m). */
const M_PER_DEGREE = (6_371_008.8 * Math.PI) / 180;

/** Equirectangular projection around an origin. */
export class Ground {
  readonly #origin: LatLng;
  readonly #eastScale: number;

  constructor(origin: LatLng) {
    this.#origin = origin;
    this.#eastScale = M_PER_DEGREE * Math.cos((origin.lat * Math.PI) / 180);
  }

  pointOf(at: LatLng): Point {
    return {
      x: (at.lng - this.#origin.lng) * this.#eastScale,
      y: (at.lat - this.#origin.lat) * M_PER_DEGREE,
    };
  }

  latOf(y: number): number {
    return this.#origin.lat + y / M_PER_DEGREE;
  }

  lngOf(x: number): number {
    return this.#origin.lng + x / this.#eastScale;
  }
}

export const distanceM = (a: Point, b: Point): number => Math.sqrt((a.x - b.x) ** 2 + (a.y - b.y) ** 2);
