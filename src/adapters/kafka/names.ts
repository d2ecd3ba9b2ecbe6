/** The names under which a deployment is known to the cluster: its groups, clients and transactions all share one prefix. */

export interface DeploymentName {
  readonly application: string;
  readonly deployment: string;
}

/** What all names begin with; ACLs are given for it. The parts hold no dots, so no two deployments share a name. */
export const prefixOf = ({ application, deployment }: DeploymentName): string =>
  `${application}.${deployment}.`;

/** The consumer group of a stage. */
export const groupName = (name: DeploymentName, stage: string): string => `${prefixOf(name)}${stage}`;

/** The transactional identifier of a task: the same in every worker that ever runs it, so that the newest fences the rest. */
export const writerName = (name: DeploymentName, stage: string, partition: number): string =>
  `${prefixOf(name)}${stage}.${String(partition)}`;
