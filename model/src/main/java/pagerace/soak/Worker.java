// SPDX-License-Identifier: Apache-2.0
package pagerace.soak;

import java.util.function.LongConsumer;

/** One thread: round after round it does what its choices say, and meets the others. */
final class Worker {
    final Cpu cpu;
    final EventLog log = new EventLog();
    final AnonActor anon;

    private final Choices choices;
    private final ShmemActor shmem;
    private final DiskActor disk;
    private long operations;
    private long digest;

    /** Thread {@code number}, whose checks {@code evaluations} counts. */
    Worker(World world, int number, long seed, Evaluations evaluations) {
        cpu = new Cpu(number, evaluations);
        choices = new Choices(seed, number, world.shape);
        anon = new AnonActor(world, cpu);
        shmem = new ShmemActor(world, cpu);
        disk = new DiskActor(world, cpu);
    }

    /**
     * Runs until there is no other round.
     *
     * @param quiescence what the last to arrive at the end of a round does
     */
    void run(Rendezvous rendezvous, LongConsumer quiescence) {
        long round = 0;
        boolean more = true;
        while (more) {
            choices.begin(round);
            for (int sequence = 0; choices.hasNext(); sequence++) {
                operate(round, sequence, choices.next());
            }
            long ended = round;
            more = rendezvous.meet(() -> quiescence.accept(ended));
            round++;
        }
    }

    private void operate(long round, int sequence, Choice choice) {
        long begin = System.nanoTime();
        boolean finished = false;
        Enum<?> end = Skipped.FEW_SPARES;
        try {
            end = cpu.hasSpares() ? run(choice) : cpu.counters.count(Op.SKIPPED, Skipped.FEW_SPARES);
            finished = true;
        } finally {
            Enum<?> logged = finished ? end : Unfinished.THREW;
            log.add(new EventLog.Event(
                    cpu.number, round, sequence, choice, cpu.takeTouched(), logged, begin, System.nanoTime()));
        }
        operations++;
        digest = digest * 31 + choice.hashCode();
    }

    /** How an operation ended that did not. */
    private enum Unfinished {
        THREW
    }

    private Enum<?> run(Choice choice) {
        return switch (choice.action().area) {
            case ANON -> anon.run(choice);
            case SHMEM -> shmem.run(choice);
            case DISK -> disk.run(choice);
        };
    }

    /** Whether the round is one on the disk alone. */
    boolean isDiskOnly() {
        return choices.isDiskOnly();
    }

    /** Operations so far. */
    long operations() {
        return operations;
    }

    /** A digest of all choices so far. */
    long digest() {
        return digest;
    }

    /** The pages of anonymous memory that this round preferred. */
    int[] hotAnonPages() {
        return choices.hotPages(Area.ANON);
    }
}
