// SPDX-License-Identifier: Apache-2.0
package pagerace.stress;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.openjdk.jcstress.infra.runners.ForkedTestConfig;

/** A VM that runs {@link Worker}, from the side of the process that started it. Not for more than one thread, but for {@link #kill}. */
final class WorkerVm implements AutoCloseable {
    /** Measured: a VM greets 60 to 100 ms after it was started; on a busy host ten times as late. */
    private static final Duration START = Duration.ofSeconds(60);

    private static final int LOOK_MILLIS = 200;

    private static final int LAST_WORDS = 3;

    /**
     * What a slice brought.
     *
     * @param nanos how long it took
     * @param counts executions per outcome word
     */
    record Slice(long nanos, Map<String, Long> counts) {}

    private final int number;
    private final Process process;
    private final Path said;
    private final Socket connection;
    private final DataInputStream in;
    private final DataOutputStream out;
    private final Set<String> points = new HashSet<>();

    private WorkerVm(int number, Process process, Path said, Socket connection) throws IOException {
        this.number = number;
        this.process = process;
        this.said = said;
        this.connection = connection;
        in = new DataInputStream(new BufferedInputStream(connection.getInputStream()));
        out = new DataOutputStream(new BufferedOutputStream(connection.getOutputStream()));
    }

    /**
     * Starts one.
     *
     * @param number which of its run it is
     * @param vm the command that starts a VM of the tier, up to its main class
     * @param directory where it may write
     * @throws IOException if it does not start: the message says why
     */
    static WorkerVm start(int number, List<String> vm, Path directory) throws IOException {
        long greeting = new SecureRandom().nextLong();
        Path said = directory.resolve("vm-" + number + ".txt");
        try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            listener.setSoTimeout(LOOK_MILLIS);
            List<String> command = new ArrayList<>(vm);
            command.addAll(
                    List.of(Worker.class.getName(), String.valueOf(listener.getLocalPort()), String.valueOf(greeting)));
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(said.toFile())
                    .start();
            try {
                return new WorkerVm(number, process, said, accept(listener, process, said, greeting));
            } catch (IOException | RuntimeException e) {
                process.destroyForcibly();
                throw e;
            }
        }
    }

    /** The connection of the VM and of no other process. */
    private static Socket accept(ServerSocket listener, Process process, Path said, long greeting) throws IOException {
        long end = System.nanoTime() + START.toNanos();
        while (true) {
            try {
                Socket connection = listener.accept();
                connection.setSoTimeout((int) START.toMillis());
                if (new DataInputStream(connection.getInputStream()).readLong() == greeting) {
                    connection.setSoTimeout(0);
                    connection.setTcpNoDelay(true);
                    return connection;
                }
                connection.close();
            } catch (SocketTimeoutException e) {
                if (!process.isAlive()) {
                    throw new IOException("the VM does not start: " + lastWords(process, said), e);
                }
                if (System.nanoTime() > end) {
                    throw new IOException("the VM does not greet", e);
                }
            }
        }
    }

    /** Which of its run it is, from one on. */
    int number() {
        return number;
    }

    /** Whether it has never turned to the point with that key. */
    boolean isNewTo(String key) {
        return !points.contains(key);
    }

    /**
     * Turns to a point; what JCStress's own check of its harness brings is returned.
     *
     * @throws IOException if the VM or the harness failed: the message says how
     */
    Slice begin(String key, ForkedTestConfig config) throws IOException {
        points.add(key);
        out.writeUTF(key);
        config.write(out);
        out.flush();
        Slice check = answer();
        String measured = in.readUTF();
        if (!measured.equals(key)) {
            throw new IOException("the VM was asked for " + key + ", and measures " + measured);
        }
        return check;
    }

    /**
     * Runs the point for another slice.
     *
     * @throws Failed if the VM or an actor failed
     */
    Slice more(ForkedTestConfig config) throws IOException {
        out.writeBoolean(true);
        config.write(out);
        out.flush();
        return answer();
    }

    /** Turns away from the point. */
    void end() throws IOException {
        out.writeBoolean(false);
        out.flush();
    }

    /** An actor, the judge or the harness failed; {@link #counts} is what the slice had brought by then. */
    static final class Failed extends IOException {
        private static final long serialVersionUID = 1;

        private final transient Map<String, Long> counts;

        Failed(String message, Map<String, Long> counts) {
            super(message);
            this.counts = counts;
        }

        Map<String, Long> counts() {
            return counts;
        }
    }

    private Slice answer() throws IOException {
        boolean isGood = in.readBoolean();
        long nanos = in.readLong();
        Map<String, Long> counts = new TreeMap<>();
        for (int words = in.readInt(); words > 0; words--) {
            counts.put(in.readUTF(), in.readLong());
        }
        if (!isGood) {
            throw new Failed(in.readUTF(), counts);
        }
        return new Slice(nanos, counts);
    }

    /** The CPU time that it has used; zero where the system does not tell. */
    Duration cpu() {
        return process.info().totalCpuDuration().orElse(Duration.ZERO);
    }

    /** Kills it, from any thread. */
    void kill() {
        process.destroyForcibly();
    }

    /** How it ended, in words: it is waited for. */
    String lastWords() {
        return lastWords(process, said);
    }

    private static String lastWords(Process process, Path said) {
        try {
            String code = process.waitFor(LOOK_MILLIS, TimeUnit.MILLISECONDS)
                    ? "it ended with code " + process.exitValue()
                    : "it hangs";
            // Whatever it wrote, in whatever encoding: a sign that cannot be read is no reason to fail.
            try (Stream<String> lines = new String(Files.readAllBytes(said), Charset.defaultCharset()).lines()) {
                return Stream.concat(
                                Stream.of(code),
                                lines.map(String::strip)
                                        .filter(line -> !line.isEmpty()
                                                && !line.startsWith("Picked up ")
                                                && !line.endsWith("compiler directives added"))
                                        .limit(LAST_WORDS))
                        .collect(Collectors.joining(": "));
            }
        } catch (IOException e) {
            return "nobody knows why";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "nobody waited";
        }
    }

    @Override
    public void close() throws IOException {
        connection.close();
        process.destroyForcibly();
        Files.deleteIfExists(said);
    }
}
