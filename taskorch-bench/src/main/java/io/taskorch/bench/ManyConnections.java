package io.taskorch.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;

/**
 * Connections with one call under way on each, served by one thread: a thread for each would spend
 * on switches what the server could use.
 */
final class ManyConnections implements AutoCloseable {

  private final Selector selector;
  private final Answers answers;
  private final List<Connection> connections = new ArrayList<>();
  private final ByteBuffer received = ByteBuffer.allocateDirect(64 * 1024);

  /** Tells when an answer has come. */
  @FunctionalInterface
  interface Answers {
    /**
     * @param bytes of which the first {@code length} have come
     * @throws IOException the answer is an error
     */
    boolean isWhole(byte[] bytes, int length) throws IOException;
  }

  ManyConnections(URI server, int count, Answers answers) {
    this.answers = answers;
    try {
      selector = Selector.open();
      for (int i = 0; i < count; i++) {
        SocketChannel channel =
            SocketChannel.open(new InetSocketAddress(server.getHost(), server.getPort()));
        Connection connection = new Connection(channel);
        connections.add(connection);
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        channel.configureBlocking(false);
        channel.register(selector, SelectionKey.OP_READ, connection);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Makes each call on the next connection that is free, and gives how many a second that were. */
  double rate(List<byte[]> calls) {
    try {
      Iterator<byte[]> left = calls.iterator();
      long begin = System.nanoTime();
      for (Connection connection : connections) {
        connection.sendNext(left);
      }
      int answered = 0;
      while (answered < calls.size()) {
        selector.select();
        for (SelectionKey key : selector.selectedKeys()) {
          Connection connection = (Connection) key.attachment();
          if (connection.hasAnswer()) {
            answered++;
            connection.sendNext(left);
          }
        }
        selector.selectedKeys().clear();
      }
      return Rate.since(begin, calls.size());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** One call on the first connection, and its answer. */
  String call(byte[] call) {
    double unused = rate(List.of(call));
    Connection first = connections.getFirst();
    return new String(first.answer, 0, first.length, StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    try {
      for (Connection connection : connections) {
        connection.channel.close();
      }
      selector.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private final class Connection {
    private final SocketChannel channel;
    private byte[] answer = new byte[4096];
    private int length;

    Connection(SocketChannel channel) {
      this.channel = channel;
    }

    void sendNext(Iterator<byte[]> left) throws IOException {
      if (left.hasNext()) {
        length = 0;
        ByteBuffer call = ByteBuffer.wrap(left.next());
        while (call.hasRemaining()) {
          channel.write(call);
        }
      }
    }

    boolean hasAnswer() throws IOException {
      received.clear();
      int count = channel.read(received);
      if (count < 0) {
        throw new IOException("the server closed a connection");
      }
      received.flip();
      if (length + count > answer.length) {
        answer = Arrays.copyOf(answer, 2 * (length + count));
      }
      received.get(answer, length, count);
      length += count;
      return answers.isWhole(answer, length);
    }
  }
}
