package org.apache.kafka.connect.runtime.distributed;

import org.apache.kafka.common.utils.LogContext;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.common.utils.Timer;
import org.apache.kafka.connect.runtime.TargetState;
import org.apache.kafka.connect.storage.ClusterConfigState;
import org.apache.kafka.connect.util.ConnectorTaskId;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;

/** Plays the histories that assignor_cases_main.cc describes through Java's assignors. */
public class AssignorCases {
    private static final HexFormat HEX = HexFormat.of();

    private static class Clock implements Time {
        long now;
        public long milliseconds() { return now; }
        public long hiResClockMs() { return now; }
        public long nanoseconds() { return now * 1_000_000; }
        public void sleep(long ms) { now += ms; }
        public void waitObject(Object o, Supplier<Boolean> c, long d) { throw new UnsupportedOperationException(); }
        public Timer timer(long ms) { throw new UnsupportedOperationException(); }
    }

    private final short protocol;
    private final Clock clock = new Clock();
    private final IncrementalCooperativeAssignor assignor;
    private Map<String, ExtendedAssignment> held = new HashMap<>();
    private int generation;
    private long offset;

    private AssignorCases(short protocol, int maxDelay) {
        this.protocol = protocol;
        assignor = new IncrementalCooperativeAssignor(new LogContext(), clock, maxDelay);
    }

    private static String name(String hex) {
        return new String(HEX.parseHex(hex), StandardCharsets.UTF_8);
    }

    private static String hex(String name) {
        return HEX.formatHex(name.getBytes(StandardCharsets.UTF_8));
    }

    private static <T> Collection<T> merged(Collection<T> old, Collection<T> revoked, Collection<T> added) {
        Collection<T> all = new LinkedHashSet<>(old);
        all.removeAll(revoked);
        all.addAll(added);
        return all;
    }

    private void play(String text, StringBuilder out) {
        String[] fields = text.split("\\|", -1);
        clock.now = Long.parseLong(fields[0]);
        String flags = fields[1];
        Map<String, Integer> counts = new HashMap<>();
        Map<String, Map<String, String>> configs = new HashMap<>();
        Map<String, TargetState> targets = new HashMap<>();
        Map<ConnectorTaskId, Map<String, String>> taskConfigs = new HashMap<>();
        TreeMap<String, Integer> byBytes = new TreeMap<>((a, b) -> hex(a).compareTo(hex(b)));
        for (String each : fields[2].isEmpty() ? new String[0] : fields[2].split(",")) {
            String connector = name(each.substring(0, each.indexOf(':')));
            int tasks = Integer.parseInt(each.substring(each.indexOf(':') + 1));
            counts.put(connector, tasks);
            byBytes.put(connector, tasks);
            configs.put(connector, Map.of());
            targets.put(connector, TargetState.STARTED);
            for (int i = 0; i < tasks; i++)
                taskConfigs.put(new ConnectorTaskId(connector, i), Map.of());
        }
        offset++;
        ClusterConfigState state = new ClusterConfigState(offset, null, counts, configs, targets, taskConfigs,
                Map.of(), Map.of(), Map.of(), Set.of(), Set.of());
        TreeMap<String, ExtendedWorkerState> members = new TreeMap<>((a, b) -> hex(a).compareTo(hex(b)));
        Map<String, ExtendedAssignment> stillHeld = new HashMap<>();
        boolean first = true;
        for (String each : fields[3].split(",")) {
            String member = name(each);
            ExtendedAssignment holds = held.get(member);
            if (holds != null)
                stillHeld.put(member, holds);
            if (first && flags.contains("c") && holds != null && !byBytes.isEmpty()) {
                Collection<String> connectors = new ArrayList<>(holds.connectors());
                Collection<ConnectorTaskId> tasks = new ArrayList<>(holds.tasks());
                connectors.add(byBytes.firstKey());
                if (byBytes.firstEntry().getValue() > 0)
                    tasks.add(new ConnectorTaskId(byBytes.firstKey(), 0));
                holds = new ExtendedAssignment(protocol, holds.error(), holds.leader(), holds.leaderUrl(), holds.offset(),
                        connectors, tasks, List.of(), List.of(), holds.delay());
            }
            first = false;
            ExtendedWorkerState sent = new ExtendedWorkerState("http://" + member + "/", offset, holds);
            members.put(member, protocol == 0
                    ? new ExtendedWorkerState(sent.url(), offset, null)
                    : IncrementalCooperativeConnectProtocol.deserializeMetadata(
                            IncrementalCooperativeConnectProtocol.serializeMetadata(sent, protocol == 2)));
        }
        held = stillHeld;
        String leader = members.firstKey();
        generation++;
        Map<String, ByteBuffer> answers = protocol == 0 ? eager(leader, members, state)
                : cooperative(leader, members, state, flags.contains("m") ? -2 : generation - 1);
        for (Map.Entry<String, ExtendedWorkerState> member : members.entrySet()) {
            byte[] bytes = new byte[answers.get(member.getKey()).remaining()];
            answers.get(member.getKey()).get(bytes);
            out.append(' ').append(HEX.formatHex(bytes));
            if (flags.contains("f") || flags.contains("x" + hex(member.getKey())))
                continue;
            ExtendedAssignment got = IncrementalCooperativeConnectProtocol.deserializeAssignment(ByteBuffer.wrap(bytes));
            ExtendedAssignment old = member.getValue().assignment();
            Collection<String> connectors = got.connectors();
            Collection<ConnectorTaskId> tasks = got.tasks();
            if (protocol != 0 && old != ExtendedAssignment.empty()) {
                connectors = merged(old.connectors(), got.revokedConnectors(), connectors);
                tasks = merged(old.tasks(), got.revokedTasks(), tasks);
            }
            held.put(member.getKey(), new ExtendedAssignment(protocol, got.error(), got.leader(), got.leaderUrl(), got.offset(),
                    connectors, tasks, List.of(), List.of(), got.delay()));
        }
    }

    private Map<String, ByteBuffer> cooperative(String leader, Map<String, ExtendedWorkerState> members,
                                                ClusterConfigState state, int lastGeneration) {
        Map<String, WorkerCoordinator.ConnectorsAndTasks> allocations = new HashMap<>();
        members.forEach((member, held) -> allocations.put(member,
                new WorkerCoordinator.ConnectorsAndTasks.Builder().with(held.assignment().connectors(), held.assignment().tasks()).build()));
        IncrementalCooperativeAssignor.ClusterAssignment made =
                assignor.performTaskAssignment(state, lastGeneration, generation, allocations);
        Map<String, ByteBuffer> answers = new HashMap<>();
        for (String member : members.keySet())
            answers.put(member, IncrementalCooperativeConnectProtocol.serializeAssignment(new ExtendedAssignment(protocol, (short) 0,
                    leader, members.get(leader).url(), offset, made.newlyAssignedConnectors(member), made.newlyAssignedTasks(member),
                    made.newlyRevokedConnectors(member), made.newlyRevokedTasks(member), assignor.delay), protocol == 2));
        return answers;
    }

    // EagerAssignor wants a coordinator; what it does is two lines.
    private Map<String, ByteBuffer> eager(String leader, Map<String, ExtendedWorkerState> members, ClusterConfigState state) {
        List<String> sorted = new ArrayList<>(members.keySet());
        sorted.sort(null);
        Map<String, List<String>> connectors = new HashMap<>();
        Map<String, List<ConnectorTaskId>> tasks = new HashMap<>();
        int turn = 0;
        List<String> names = new ArrayList<>(state.connectors());
        names.sort(null);
        for (String name : names)
            connectors.computeIfAbsent(sorted.get(turn++ % sorted.size()), k -> new ArrayList<>()).add(name);
        for (String name : names) {
            List<ConnectorTaskId> ids = new ArrayList<>(state.tasks(name));
            ids.sort(null);
            for (ConnectorTaskId id : ids)
                tasks.computeIfAbsent(sorted.get(turn++ % sorted.size()), k -> new ArrayList<>()).add(id);
        }
        Map<String, ByteBuffer> answers = new HashMap<>();
        for (String member : members.keySet())
            answers.put(member, ConnectProtocol.serializeAssignment(new ConnectProtocol.Assignment((short) 0, leader,
                    members.get(leader).url(), offset, connectors.getOrDefault(member, List.of()), tasks.getOrDefault(member, List.of()))));
        return answers;
    }

    public static void main(String[] arguments) throws Exception {
        PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line; (line = in.readLine()) != null; ) {
            String[] fields = line.split("\t");
            AssignorCases history = new AssignorCases(Short.parseShort(fields[0]), Integer.parseInt(fields[1]));
            StringBuilder answer = new StringBuilder("OK");
            for (int i = 2; i < fields.length; i++) {
                answer.append(" /");
                history.play(fields[i], answer);
            }
            out.println(answer);
        }
        out.flush();
    }
}
