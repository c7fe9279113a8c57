// SPDX-License-Identifier: Apache-2.0
package pagerace.stress;

import static java.util.Objects.requireNonNull;

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
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.infra.runners.ForkedTestConfig;

/** A VM that runs {@link Worker}, from the side of the process that started it. Not for more than one thread, but for {@link #kill}. */
final class WorkerVm implements AutoCloseable {
    /** Measured: a VM greets 60 to 100 ms after it was started; on a busy host ten times as late. */
    private static final Duration START = Duration.ofSeconds(60);

    private static final int LOOK_MILLIS = 200;

    private static final int LAST_WORDS = 3;

    /** What of a VM's words says why it ended: a signal and where it hit, an error, a lack of memory. */
    private static final Pattern TELLING = Pattern.compile("SIG[A-Z]+|[Ee]rror|Exception|OutOfMemory|[Cc]ould not");

    /**
     * What a slice brought.
     *
     * @param nanos how long it took
     * @param counts executions per outcome word
     */
    record Slice(long nanos, Map<String, Long> counts) {}

    private final int number;
    private final ServerSocket listener;
    private final Process process;
    private final Path said;
    private final long greeting;
    private final Set<String> points = new HashSet<>();
    private @Nullable Socket connection;
    private @Nullable DataInputStream in;
    private @Nullable DataOutputStream out;

    /**
     * Starts one, which is to {@link #greet} before it is used.
     *
     * @param number which of its run it is
     * @param vm the command that starts a VM of the tier, up to its main class
     * @param directory where it may write
     * @throws IOException if no process can be started
     */
    WorkerVm(int number, List<String> vm, Path directory) throws IOException {
        this.number = number;
        greeting = new SecureRandom().nextLong();
        said = directory.resolve("vm-" + number + ".txt");
        listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        listener.setSoTimeout(LOOK_MILLIS);
        List<String> command = new ArrayList<>(vm);
        command.addAll(
                List.of(Worker.class.getName(), String.valueOf(listener.getLocalPort()), String.valueOf(greeting)));
        try {
            process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(said.toFile())
                    .start();
        } catch (IOException e) {
            listener.close();
            throw e;
        }
    }

    /**
     * Waits until it can be used.
     *
     * @throws IOException if it does not start: the message says why
     */
    void greet() throws IOException {
        Socket accepted = accept();
        connection = accepted;
        in = new DataInputStream(new BufferedInputStream(accepted.getInputStream()));
        out = new DataOutputStream(new BufferedOutputStream(accepted.getOutputStream()));
    }

    /** The connection of the VM and of no other process. */
    private Socket accept() throws IOException {
        long end = System.nanoTime() + START.toNanos();
        while (true) {
            try {
                Socket accepted = listener.accept();
                accepted.setSoTimeout((int) START.toMillis());
                if (new DataInputStream(accepted.getInputStream()).readLong() == greeting) {
                    accepted.setSoTimeout(0);
                    accepted.setTcpNoDelay(true);
                    return accepted;
                }
                accepted.close();
            } catch (SocketTimeoutException e) {
                if (!process.isAlive()) {
                    throw new IOException("it does not start", e);
                }
                if (System.nanoTime() > end) {
                    throw new Failed("the VM does not greet", Map.of());
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

    /** How many points it has turned to. */
    int age() {
        return points.size();
    }

    /** Whether it has not ended. */
    boolean isAlive() {
        return process.isAlive();
    }

    /**
     * Turns to a point; what JCStress's own check of its harness brings is returned.
     *
     * @throws IOException if the VM or the harness failed: the message says how
     */
    Slice begin(String key, ForkedTestConfig config) throws IOException {
        points.add(key);
        to().writeUTF(key);
        config.write(to());
        to().flush();
        Slice check = answer();
        String measured = from().readUTF();
        if (!measured.equals(key)) {
            throw new Failed("the VM was asked for " + key + ", and measures " + measured, check.counts());
        }
        return check;
    }

    /**
     * Runs the point for another slice.
     *
     * @throws Failed if the VM or an actor failed
     */
    Slice more(ForkedTestConfig config) throws IOException {
        to().writeBoolean(true);
        config.write(to());
        to().flush();
        return answer();
    }

    /** Turns away from the point. */
    void end() throws IOException {
        to().writeBoolean(false);
        to().flush();
    }

    private DataInputStream from() {
        return requireNonNull(in, "it has not greeted");
    }

    private DataOutputStream to() {
        return requireNonNull(out, "it has not greeted");
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
        boolean isGood = from().readBoolean();
        long nanos = from().readLong();
        Map<String, Long> counts = new TreeMap<>();
        for (int words = from().readInt(); words > 0; words--) {
            counts.put(from().readUTF(), from().readLong());
        }
        if (!isGood) {
            throw new Failed(from().readUTF(), counts);
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
        try {
            String code = process.waitFor(LOOK_MILLIS, TimeUnit.MILLISECONDS)
                    ? "it ended with code " + process.exitValue()
                    : "it hangs";
            // It may have written anything, in any encoding: a sign that cannot be read is no reason to fail.
            List<String> lines = new String(Files.readAllBytes(said), Charset.defaultCharset())
                    .lines()
                    .map(line -> line.replaceFirst("^#", "").strip())
                    .filter(line -> !line.isEmpty()
                            && !line.startsWith("Picked up ")
                            && !line.endsWith("compiler directives added"))
                    .toList();
            List<String> telling =
                    lines.stream().filter(line -> TELLING.matcher(line).find()).toList();
            return Stream.concat(Stream.of(code), last(telling.isEmpty() ? lines : telling))
                    .collect(Collectors.joining(": "));
        } catch (IOException e) {
            return "nobody knows why";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "nobody waited";
        }
    }

    private static Stream<String> last(List<String> lines) {
        return lines.stream().skip(Math.max(0, lines.size() - LAST_WORDS));
    }

    @Override
    public void close() throws IOException {
        process.destroyForcibly();
        listener.close();
        if (connection != null) {
            connection.close();
        }
        Files.deleteIfExists(said);
    }
}
