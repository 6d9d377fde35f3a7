package io.taskorch.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Stands between a client and a Redis and breaks the connection in the ways in which networks do.
 * Faults last until {@link #heal()}, except for those that happen once.
 */
public final class FaultProxy implements AutoCloseable {

  private static final int BUFFER = 64 * 1024;

  private static final Pattern SCRIPT_CALL = Pattern.compile("\r\n(EVAL|EVALSHA|FCALL)\r\n");

  /** A RESP command's first word comes this early. */
  private static final int HEAD = 64;

  private final URI target;
  private final int port;
  private final Set<Link> links = ConcurrentHashMap.newKeySet();
  private final AtomicInteger repliesToDrop = new AtomicInteger();
  private final AtomicInteger droppedReplies = new AtomicInteger();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition flowing = lock.newCondition();
  private boolean stalled;
  private volatile Duration delay = Duration.ZERO;
  private @Nullable ServerSocket door;
  private @Nullable Thread doorkeeper;

  private FaultProxy(URI target) {
    this.target = target;
    ServerSocket first = open(0);
    this.port = first.getLocalPort();
    receive(first);
  }

  /**
   * A proxy before a Redis that is no cluster: a cluster's client goes to the addresses that the
   * nodes announce.
   */
  public static FaultProxy before(URI redis) {
    return new FaultProxy(redis);
  }

  /** Where the client connects: the target's address but for host and port. */
  public URI uri() {
    String user = target.getRawUserInfo();
    String path = target.getRawPath();
    return URI.create(
        target.getScheme()
            + "://"
            + (user == null ? "" : user + '@')
            + "127.0.0.1:"
            + port
            + (path == null ? "" : path));
  }

  /**
   * Once: lets the next call of a script or function through, swallows its answer and cuts the
   * connection, so that the client cannot know whether it ran. An answer that says that it is not
   * loaded is not the one.
   */
  public void dropNextReply() {
    dropNextReplies(1);
  }

  /** The same for so many script calls, resent ones included. */
  public void dropNextReplies(int count) {
    repliesToDrop.set(count);
  }

  /** How many replies have been dropped so far. */
  public int droppedReplies() {
    return droppedReplies.get();
  }

  /** Once: cuts all connections. New ones are let in. */
  public void cut() {
    links.forEach(Link::close);
  }

  /** Holds back every reply for so long. */
  public void delay(Duration time) {
    delay = time;
  }

  /** Cuts all connections and refuses new ones. */
  public void refuse() {
    lock.lock();
    try {
      closeDoor();
    } finally {
      lock.unlock();
    }
    cut();
  }

  /** Lets connections stand and new ones in, but carries no byte; those sent meanwhile wait. */
  public void stall() {
    lock.lock();
    try {
      stalled = true;
    } finally {
      lock.unlock();
    }
  }

  /** Ends every fault. */
  public void heal() {
    repliesToDrop.set(0);
    delay = Duration.ZERO;
    lock.lock();
    try {
      stalled = false;
      flowing.signalAll();
      if (door == null) {
        receive(open(port));
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    refuse();
    lock.lock();
    try {
      stalled = false;
      flowing.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private static ServerSocket open(int port) {
    try {
      ServerSocket socket = new ServerSocket();
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      return socket;
    } catch (IOException e) {
      throw new UncheckedIOException("the proxy cannot listen", e);
    }
  }

  private void receive(ServerSocket newDoor) {
    door = newDoor;
    doorkeeper = Thread.ofPlatform().daemon().name("fault-proxy").start(() -> acceptFrom(newDoor));
  }

  private void acceptFrom(ServerSocket openDoor) {
    while (!openDoor.isClosed()) {
      try {
        Socket client = openDoor.accept();
        Link link = new Link(client);
        links.add(link);
        if (openDoor.isClosed()) {
          link.close();
        } else {
          link.start();
        }
      } catch (IOException e) {
        // the door was closed, or the client left before it was in
      }
    }
  }

  /** The system goes on listening until the thread has left that waits there. */
  private void closeDoor() {
    if (door != null && doorkeeper != null) {
      try {
        door.close();
        doorkeeper.join();
      } catch (IOException e) {
        throw new UncheckedIOException("the proxy cannot stop listening", e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      door = null;
    }
  }

  private void awaitFlow() throws InterruptedException {
    lock.lock();
    try {
      while (stalled) {
        flowing.await();
      }
    } finally {
      lock.unlock();
    }
  }

  /** A client's connection and the one behind it. */
  private final class Link {
    private final Socket client;
    private final Socket server = new Socket();
    private volatile boolean swallowing;

    Link(Socket client) {
      this.client = client;
    }

    /**
     * Platform threads, as a blocked read pins nothing that others need; there are few connections.
     */
    void start() {
      Thread.ofPlatform().daemon().name("fault-proxy-link").start(this::connectAndCarry);
    }

    private void connectAndCarry() {
      try {
        server.connect(new InetSocketAddress(target.getHost(), target.getPort()));
        client.setTcpNoDelay(true);
        server.setTcpNoDelay(true);
        Thread.ofPlatform().daemon().name("fault-proxy-replies").start(() -> run(this::replies));
        run(this::commands);
      } catch (IOException e) {
        close();
      }
    }

    private void run(Pump pump) {
      try {
        pump.carry();
      } catch (IOException e) {
        // either side has gone: so does the other
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } finally {
        close();
      }
    }

    private void commands() throws IOException, InterruptedException {
      byte[] buffer = new byte[BUFFER];
      InputStream in = client.getInputStream();
      OutputStream out = server.getOutputStream();
      for (int n; (n = in.read(buffer)) >= 0; ) {
        awaitFlow();
        if (callsScript(buffer, n) && takeOne(repliesToDrop)) {
          swallowing = true;
        }
        out.write(buffer, 0, n);
      }
    }

    private void replies() throws IOException, InterruptedException {
      byte[] buffer = new byte[BUFFER];
      InputStream in = server.getInputStream();
      OutputStream out = client.getOutputStream();
      for (int n; (n = in.read(buffer)) >= 0; ) {
        awaitFlow();
        if (swallowing) {
          if (!beginsWith(buffer, n, "-NOSCRIPT")
              && !beginsWith(buffer, n, "-ERR Function not found")) {
            droppedReplies.incrementAndGet();
            return;
          }
          swallowing = false;
          repliesToDrop.incrementAndGet();
        }
        if (delay.isPositive()) {
          LockSupport.parkNanos(delay.toNanos());
        }
        out.write(buffer, 0, n);
      }
    }

    void close() {
      links.remove(this);
      for (Socket socket : List.of(client, server)) {
        try {
          socket.close();
        } catch (IOException e) {
          // it is gone, which is what was asked
        }
      }
    }
  }

  private interface Pump {
    void carry() throws IOException, InterruptedException;
  }

  private static boolean takeOne(AtomicInteger count) {
    return count.getAndUpdate(n -> Math.max(0, n - 1)) > 0;
  }

  private static boolean callsScript(byte[] bytes, int length) {
    String head = new String(bytes, 0, Math.min(length, HEAD), StandardCharsets.US_ASCII);
    return head.startsWith("*") && SCRIPT_CALL.matcher(head).find();
  }

  private static boolean beginsWith(byte[] bytes, int length, String text) {
    byte[] wanted = text.getBytes(StandardCharsets.US_ASCII);
    return length >= wanted.length
        && Arrays.equals(bytes, 0, wanted.length, wanted, 0, wanted.length);
  }
}
