/** The group coordinator of the model broker: members by generation, shared out anew whenever one comes, goes or is not heard of. */
import type { Answer, Network } from '../simulator/network.ts';
import { done } from '../simulator/network.ts';
import type { Chance } from '../simulator/chance.ts';
import type { SimProcess } from '../simulator/sim-process.ts';

/** A member as its process sees it; the coordinator reaches it by its process's turns alone. */
export interface Member {
  readonly process: SimProcess;
  /** The group is being shared out anew, or the member is not known any more: it should join again. */
  readonly rejoin: () => void;
  readonly assigned: (generation: number, partitions: readonly number[]) => void;
}

interface Group {
  readonly name: string;
  readonly partitions: number;
  generation: number;
  isPreparing: boolean;
  members: Set<Member>;
  /** Members that have joined in this round. */
  readonly joined: Set<Member>;
  readonly held: Map<Member, readonly number[]>;
  cancelTimeout: () => void;
}

export interface GroupsOptions {
  readonly network: Network;
  readonly chance: Chance;
  readonly sessionMs: number;
  readonly rebalanceMs: number;
}

const HEARTBEAT_MS = 3_000;

export class Groups {
  readonly #o: GroupsOptions;
  readonly #groups = new Map<string, Group>();

  constructor(options: GroupsOptions) {
    this.#o = options;
  }

  join(name: string, partitions: number, member: Member): Answer<null> {
    const group = this.#of(name, partitions);
    group.members.add(member);
    group.joined.add(member);
    this.#prepare(group);
    this.#complete(group);
    return done(null);
  }

  leave(name: string, member: Member): Answer<null> {
    const group = this.#groups.get(name);
    if (group?.members.has(member) === true) this.#remove(group, member);
    return done(null);
  }

  /** A heartbeat that is answered: is the member still what it believes to be? */
  heartbeat(name: string, member: Member): Answer<boolean> {
    const group = this.#groups.get(name);
    return done(group !== undefined && group.members.has(member) && !group.isPreparing);
  }

  /** Members of a process that does not run are put out once they have not been heard of for long enough. */
  suspect(process: SimProcess): void {
    const { network, chance, sessionMs } = this.#o;
    const expire = (): void => {
      if (process.state === 'running') return;
      for (const group of this.#groups.values()) {
        for (const member of [...group.members]) {
          if (member.process === process) this.#expel(group, member);
        }
      }
    };
    network.internally(`session of ${process.name} ends`, expire, chance.between(sessionMs / 2, sessionMs));
  }

  /** Shares a group out anew without any reason. */
  shake(name: string): void {
    const group = this.#groups.get(name);
    if (group !== undefined) this.#prepare(group);
  }

  #prepare(group: Group): void {
    if (group.isPreparing) return;
    const { network, chance, rebalanceMs } = this.#o;
    group.isPreparing = true;
    for (const member of group.members) if (!group.joined.has(member)) this.#tell(group, member);
    const expire = (): void => {
      for (const member of [...group.members]) {
        if (!group.joined.has(member)) this.#expel(group, member);
      }
      this.#complete(group);
    };
    const waitMs = chance.between(rebalanceMs / 2, rebalanceMs);
    group.cancelTimeout = network.internally(`${group.name} is tired of waiting`, expire, waitMs);
  }

  /** Once all have joined: the partitions, mostly where they were. */
  #complete(group: Group): void {
    if (!group.isPreparing || group.joined.size < group.members.size) return;
    group.cancelTimeout();
    group.isPreparing = false;
    group.generation += 1;
    const shares = this.#shares(group, [...group.joined]);
    group.held.clear();
    for (const member of group.joined) {
      const partitions = shares.get(member) ?? [];
      group.held.set(member, partitions);
      member.process.post(`${group.name} generation ${group.generation} gives ${partitions.join()}`, () =>
        member.assigned(group.generation, partitions),
      );
    }
    group.joined.clear();
  }

  #shares(group: Group, members: readonly Member[]): ReadonlyMap<Member, readonly number[]> {
    const { chance } = this.#o;
    const shares = new Map<Member, number[]>(members.map((member) => [member, []]));
    const isSticky = chance.one(0.7);
    const most = Math.ceil(group.partitions / Math.max(1, members.length));
    for (const partition of chance.shuffled([...Array(group.partitions).keys()])) {
      const before = members.find((member) => group.held.get(member)?.includes(partition));
      const least = Math.min(...members.map((member) => shares.get(member)?.length ?? 0));
      const free = members.filter((member) => shares.get(member)?.length === least);
      const canStay = before !== undefined && (shares.get(before)?.length ?? most) < most;
      const owner = isSticky && canStay ? before : chance.of(free);
      shares.get(owner)?.push(partition);
    }
    return shares;
  }

  #remove(group: Group, member: Member): void {
    group.members.delete(member);
    group.joined.delete(member);
    group.held.delete(member);
    if (group.members.size === 0) return;
    this.#prepare(group);
    this.#complete(group);
  }

  /** The member does not know, and learns of it when it asks next. */
  #expel(group: Group, member: Member): void {
    this.#remove(group, member);
    this.#tell(group, member);
  }

  /** With its next heartbeat, unless it has joined again by then. */
  #tell(group: Group, member: Member): void {
    const beat = (): void => {
      const isFine = group.members.has(member) && (!group.isPreparing || group.joined.has(member));
      if (!isFine) member.rejoin();
    };
    member.process.post(`heartbeat in ${group.name}`, beat, this.#o.chance.between(0, HEARTBEAT_MS));
  }

  #of(name: string, partitions: number): Group {
    let group = this.#groups.get(name);
    if (group === undefined) {
      group = {
        ...{ name, partitions, generation: 0, isPreparing: false },
        ...{ members: new Set(), joined: new Set(), held: new Map(), cancelTimeout: () => undefined },
      };
      this.#groups.set(name, group);
    }
    return group;
  }
}
