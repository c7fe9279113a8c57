// SPDX-License-Identifier: Apache-2.0
package pagerace.explore;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import pagerace.explore.Replay.Continuation;
import pagerace.race.Lifetime;

/**
 * Everything that one actor can do: a tree whose node is the sequence of results returned so far and whose label is the next
 * step, or how the actor ended. A node is unfolded when it is first asked for, by running the actor with that record; twice,
 * because an actor that does not repeat itself would make every verdict worthless.
 *
 * <p>The tree does not depend on the memory model, so all models share it.
 */
final class ActorTree {
    /** One node. */
    static final class Node implements Behaviour {
        /** Its number in the tree. */
        final int id;
        /** How many accesses lead to it. */
        final int depth;
        /** The next access; null if the actor has ended or was cut off. */
        final @Nullable Access access;
        /** What precedes that access; null exactly if there is none. */
        final @Nullable Past past;
        /** How the actor ended; null if it has not. */
        final @Nullable Object end;

        private final @Nullable Node parent;
        private final long seen;
        private long[] childSeen = {};
        private Node[] children = {};

        Node(
                int id,
                @Nullable Node parent,
                long seen,
                @Nullable Access access,
                @Nullable Past past,
                @Nullable Object end) {
            this.id = id;
            this.depth = parent == null ? 0 : parent.depth + 1;
            this.access = access;
            this.past = past;
            this.end = end;
            this.parent = parent;
            this.seen = seen;
        }

        /** Whether the bound on accesses cut the actor off here. */
        boolean isCut() {
            return access == null && end == null;
        }

        @Override
        public @Nullable Access access() {
            return access;
        }

        @Override
        public @Nullable Object end() {
            return end;
        }

        @Override
        public Map<Long, Behaviour> next() {
            Map<Long, Behaviour> next = new TreeMap<>();
            for (int i = 0; i < children.length; i++) {
                next.put(childSeen[i], children[i]);
            }
            return next;
        }

        /** Whether the last that the actor did to the word, a count, was to leave a zero. */
        private boolean leftZero(int count) {
            for (Node node = this; node.parent != null; node = node.parent) {
                Access before = requireNonNull(node.parent.access);
                if (before.location() == count && before.tookPlace(node.seen)) {
                    return before.leavesZero(node.seen);
                }
            }
            return false;
        }

        private @Nullable Node child(long wanted) {
            for (int i = 0; i < childSeen.length; i++) {
                if (childSeen[i] == wanted) {
                    return children[i];
                }
            }
            return null;
        }

        private void adopt(Node child) {
            int count = children.length;
            childSeen = Arrays.copyOf(childSeen, count + 1);
            children = Arrays.copyOf(children, count + 1);
            childSeen[count] = child.seen;
            children[count] = child;
        }
    }

    /** What an actor saw that broke a rule, beside all values that an access can return. */
    private static long seenBy(Lifetime broken) {
        return switch (broken) {
            case REFERENCE_FROM_ZERO -> Long.MIN_VALUE + 1;
            case TOUCHED_WHEN_FREE -> Long.MIN_VALUE + 2;
        };
    }

    private final ExploredMachine machine;
    private final KnownValues known;
    private final int number;
    private final Supplier<?> actor;
    private final boolean loneFencesAreMistakes;
    private final int maxSteps;
    private final List<Node> nodes = new ArrayList<>();
    private long runs;

    ActorTree(
            ExploredMachine machine,
            KnownValues known,
            int number,
            Supplier<?> actor,
            boolean loneFencesAreMistakes,
            int maxSteps) {
        this.machine = machine;
        this.known = known;
        this.number = number;
        this.actor = actor;
        this.loneFencesAreMistakes = loneFencesAreMistakes;
        this.maxSteps = maxSteps;
        unfold(null, 0);
    }

    Node root() {
        return nodes.get(0);
    }

    Node node(int id) {
        return nodes.get(id);
    }

    /** Every step of every node. */
    Stream<Access> accesses() {
        return nodes.stream().map(node -> node.access).filter(Objects::nonNull);
    }

    /** How often the actor was run. */
    long runs() {
        return runs;
    }

    /**
     * Where the actor stands after the access of {@code node}, having read {@code read} from {@code before}. One that broke a rule of
     * reference counts goes nowhere from there: what it would do next is of no interest.
     */
    Node afterReading(Node node, long read, Memory before) {
        Access access = requireNonNull(node.access);
        Lifetime broken = machine.references()
                .brokenBy(access, read, before, count -> node.leftZero(count) || before.isUnderWay(number, count));
        if (broken == null) {
            return after(node, access.seen(read));
        }
        long seen = seenBy(broken);
        Node known = node.child(seen);
        if (known != null) {
            return known;
        }
        Node end = new Node(nodes.size(), node, seen, null, null, broken);
        nodes.add(end);
        node.adopt(end);
        return end;
    }

    /** Where the actor stands after the access of {@code node}, having seen {@code seen}. */
    Node after(Node node, long seen) {
        Node known = node.child(seen);
        if (known != null) {
            return known;
        }
        Node child = unfold(node, seen);
        node.adopt(child);
        return child;
    }

    private Node unfold(@Nullable Node parent, long seen) {
        int depth = parent == null ? 0 : parent.depth + 1;
        Node node = new Node(nodes.size(), parent, seen, null, null, null);
        if (depth < maxSteps) {
            Access[] accesses = new Access[depth];
            long[] results = new long[depth];
            for (Node n = node; n.parent != null; n = n.parent) {
                accesses[n.parent.depth] = requireNonNull(n.parent.access);
                results[n.parent.depth] = n.seen;
            }
            Continuation next = replay(accesses, results);
            Access access = next.access() == null ? null : judgeFence(next.access(), accesses, results);
            Past past = null;
            if (access != null) {
                past = new TriedPast(machine, known, actor, accesses, results, access);
                known.note(parent == null ? null : parent.access, seen, access);
            }
            node = new Node(nodes.size(), parent, seen, access, past, next.end());
        }
        nodes.add(node);
        return node;
    }

    private Continuation replay(Access[] accesses, long[] results) {
        Continuation once = machine.replay(actor, accesses, results);
        Continuation again = machine.replay(actor, accesses, results);
        runs += 2;
        if (!again.isSame(once)) {
            Access last = accesses.length == 0 ? null : accesses[accesses.length - 1];
            throw Replay.notRepeated(again.toString(), once.toString(), last);
        }
        return once;
    }

    /** Settles whether a fence that counts only beside a read-modify-write stands beside one that took place. */
    private Access judgeFence(Access fence, Access[] accesses, long[] results) {
        int depth = accesses.length;
        switch (fence.kind()) {
            case MB_BEFORE_ATOMIC -> {
                Access[] throughFence = Arrays.copyOf(accesses, depth + 1);
                throughFence[depth] = fence;
                Access following =
                        replay(throughFence, Arrays.copyOf(results, depth + 1)).access();
                return following != null && following.kind().isReadModifyWrite() ? fence : lone(fence);
            }
            case MB_AFTER_ATOMIC, MB_AFTER_SPINLOCK -> {
                if (depth == 0 || !accesses[depth - 1].kind().isReadModifyWrite()) {
                    return lone(fence);
                }
                return accesses[depth - 1].tookPlace(results[depth - 1]) ? fence : fence.asIdle();
            }
            default -> {
                return fence;
            }
        }
    }

    private Access lone(Access fence) {
        if (loneFencesAreMistakes) {
            throw new RuleViolation(fence.kind() + " at " + fence.site() + " stands beside no read-modify-write");
        }
        return fence.asIdle();
    }
}
