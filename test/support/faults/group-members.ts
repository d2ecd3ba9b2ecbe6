/** Takes members out of a group by the protocol itself: kafkajs has no call for it. */
import type { Admin } from 'kafkajs';
import { ask } from '../services/sockets.ts';

const LEAVE_GROUP = 13;

const text = (value: string): Buffer => {
  const bytes = Buffer.alloc(2 + Buffer.byteLength(value));
  bytes.writeInt16BE(bytes.length - 2, 0);
  bytes.write(value, 2);
  return bytes;
};

/** LeaveGroup, version 0: the group and the member. */
const leaveGroup = (group: string, member: string): Buffer => {
  const head = Buffer.alloc(8);
  head.writeInt16BE(LEAVE_GROUP, 0);
  head.writeInt16BE(0, 2);
  head.writeInt32BE(1, 4);
  const body = Buffer.concat([head, text('test'), text(group), text(member)]);
  const length = Buffer.alloc(4);
  length.writeInt32BE(body.length, 0);
  return Buffer.concat([length, body]);
};

/** Takes every member out of the groups; the one broker coordinates all of them. */
export const forgetMembers = async (
  admin: Admin,
  groups: readonly string[],
  [broker = '']: readonly string[],
): Promise<void> => {
  const described = await admin.describeGroups([...groups]);
  for (const { groupId, members } of described.groups) {
    for (const { memberId } of members) {
      await ask(broker, leaveGroup(groupId, memberId), (answer) => answer.length >= 10);
    }
  }
};
